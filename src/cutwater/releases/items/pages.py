"""Picking an imported issue for a release."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from cutwater import sprints
from cutwater.kernel.actor import CurrentActor
from cutwater.kernel.db import ReaderDep
from cutwater.kernel.wire import Line
from cutwater.releases.items import queries
from cutwater.releases.records.permissions import MAY_READ
from cutwater.releases.records.queries import rows_of
from cutwater.web import View

router = APIRouter(dependencies=[MAY_READ])


@router.get("/releases/{key}/picker")
async def picker(
    key: str,
    reader: ReaderDep,
    actor: CurrentActor,
    view: View,
    reference: Annotated[Line, Query(max_length=200)] = "",
) -> Response:
    """Imported issues that match what is typed, those that are in the release already marked."""
    return view.show(
        "releases/items/picker.html",
        block="content",
        key=key,
        issues=await sprints.find_issues(reader, reference, 12) if reference.strip() else [],
        there={row.reference for row in await rows_of(reader, key, queries.items_of(key))},
        typed=reference,
    )
