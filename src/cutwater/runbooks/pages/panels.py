"""What other pages show of runs: by release, by issue, and on the home page."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from cutwater.kernel.actor import CurrentActor, Grant, needs
from cutwater.kernel.db import ReaderDep
from cutwater.kernel.paging import Offset
from cutwater.runbooks.queries import runs
from cutwater.runbooks.queries import steps as queries
from cutwater.runbooks.service import threads
from cutwater.web import View

router = APIRouter(dependencies=[needs(Grant.READ, "see runs")])
Key = Annotated[str, Query(max_length=80)]


@router.get("/runs/panel")
async def panel(reader: ReaderDep, view: View, release: Key = "", issue: Key = "") -> Response:
    """The run steps that put a release live, or the releases of an issue."""
    keys = await threads.release_keys(reader, release=release, issue=issue)
    found = await queries.steps_of_releases(reader, keys)
    return view.show(
        "runbooks/panel.html", block="panel", steps=found, release_keys=keys, release=release, issue=issue
    )


@router.get("/runs/summary")
async def summary(reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """What runs now, and what waits for the viewer."""
    found, _ = await runs.runs(reader, Offset(page=1, per_page=5))
    mine = await queries.steps_of_person(reader, actor.user_id, actor.team_ids)
    return view.show("runbooks/summary.html", block="panel", runs=found, mine=mine)
