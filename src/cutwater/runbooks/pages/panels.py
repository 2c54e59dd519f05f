"""What other pages show of runs: by release, by issue, and on the home page."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from cutwater.kernel import clock
from cutwater.kernel.actor import CurrentActor, lacking, needs
from cutwater.kernel.db import ReaderDep
from cutwater.kernel.grants import Grant
from cutwater.runbooks.queries import steps as queries
from cutwater.runbooks.service import now, threads
from cutwater.web import View

router = APIRouter(dependencies=[needs(Grant.RUNS_READ, "see runs")])
Key = Annotated[str, Query(max_length=80)]


@router.get("/runs/panel")
async def panel(
    reader: ReaderDep, view: View, release: Key = "", issue: Key = "", sprint: Key = ""
) -> Response:
    """The run steps that put a release live, or the releases of an issue or a sprint."""
    keys = await threads.release_keys(reader, release=release, issue=issue, sprint=sprint)
    found = await queries.steps_of_releases(reader, keys)
    return view.show(
        "runbooks/panel.html",
        block="panel",
        steps=found,
        release_keys=keys,
        release=release,
        subject=release or issue or sprint,
    )


@router.get("/runs/summary")
async def summary(reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Home's first question: where are the runs that are on, what is next, and what waits for the viewer."""
    found = await now.now(reader, actor)
    return view.show(
        "runbooks/summary.html",
        block="panel",
        found=found,
        today=clock.today(actor.zone),
        may_import=lacking(actor, Grant.RUNBOOKS_WRITE, "import a runbook"),
        is_pilot=actor.may(Grant.RUNS_PILOT),
        has_steps=actor.may(Grant.RUNS_EXECUTE),
    )
