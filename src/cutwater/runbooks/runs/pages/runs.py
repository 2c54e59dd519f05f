"""The list of runs."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep
from cutwater.kernel.grants import Grant
from cutwater.kernel.paging import OffsetDep, Page
from cutwater.runbooks.core.facts import RUN_TYPES
from cutwater.runbooks.core.run_machine import RunState
from cutwater.runbooks.runs.queries import runs as queries
from cutwater.web import View

router = APIRouter(dependencies=[needs(Grant.RUNS_READ, "see runs")])


@router.get("/runs")
async def list_runs(
    reader: ReaderDep,
    actor: CurrentActor,
    view: View,
    offset: OffsetDep,
    state: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """What runs now first, then everything that is planned or over."""
    runs, total = await queries.runs(reader, offset, state if state in list(RunState) else "")
    page = Page(rows=runs, per_page=offset.per_page, page=offset.page, total=total)
    return view.page(
        "runbooks/runs/runs.html", page=page, state=state, types=RUN_TYPES,
        may_import=actor.may(Grant.RUNBOOKS_WRITE), may_plan=actor.may(Grant.RUNS_PLAN),
        states=[(each.value, each.value.capitalize()) for each in RunState],
    )  # fmt: skip
