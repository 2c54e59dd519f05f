"""The home page's panel of runs."""

from fastapi import APIRouter, Response

from cutwater.kernel import clock
from cutwater.kernel.actor import CurrentActor, lacking, needs
from cutwater.kernel.db import ReaderDep
from cutwater.kernel.grants import Grant
from cutwater.runbooks.sheet.views import home
from cutwater.web import View

router = APIRouter(dependencies=[needs(Grant.RUNS_READ, "see runs")])


@router.get("/runs/summary")
async def summary(reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Home's first question: where are the runs that are on, what is next, and what waits for the viewer."""
    overview = await home.overview(reader, actor)
    return view.show(
        "runbooks/sheet/summary.html",
        block="panel",
        overview=overview,
        today=clock.today(actor.zone),
        may_import=lacking(actor, Grant.RUNBOOKS_WRITE, "import a runbook"),
        is_pilot=actor.may(Grant.RUNS_PILOT),
        has_steps=actor.may(Grant.RUNS_EXECUTE),
    )
