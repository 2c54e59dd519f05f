"""What other pages show of steps: those that put a release live."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from cutwater.kernel.actor import needs
from cutwater.kernel.db import ReaderDep
from cutwater.kernel.grants import Grant
from cutwater.runbooks.steps import queries
from cutwater.runbooks.steps.views import releases
from cutwater.web import View

router = APIRouter(dependencies=[needs(Grant.RUNS_READ, "see runs")])
Key = Annotated[str, Query(max_length=80)]


@router.get("/runs/panel")
async def panel(
    reader: ReaderDep, view: View, release: Key = "", issue: Key = "", sprint: Key = ""
) -> Response:
    """The run steps that put a release live, or the releases of an issue or a sprint."""
    keys = await releases.release_keys(reader, release=release, issue=issue, sprint=sprint)
    found = await queries.steps_of_releases(reader, keys)
    return view.show(
        "runbooks/steps/panel.html",
        block="panel",
        steps=found,
        release_keys=keys,
        release=release,
        subject=release or issue or sprint,
    )
