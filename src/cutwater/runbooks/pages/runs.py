"""Runs: the runsheet, its state for the elements, and the moves of a run."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from cutwater import audit
from cutwater.kernel.actor import Actor, CurrentActor, lacking, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.grants import Grant
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.paging import OffsetDep, Page
from cutwater.kernel.reader import Reader
from cutwater.runbooks.facts import ITERATION_TYPES, Communications
from cutwater.runbooks.forms import RunForm, RunMoveForm
from cutwater.runbooks.pages import sheet as rows
from cutwater.runbooks.queries import runs as queries
from cutwater.runbooks.runsheet import Sheet
from cutwater.runbooks.service import runs, sheets
from cutwater.runbooks.step_machine import ENDED, RUN_MOVES, RunMove, RunState, run_obstacles
from cutwater.web import Refusal, View

router = APIRouter(dependencies=[needs(Grant.RUNS_READ, "see runs")])
LABELS = {
    RunMove.START: ("Start the run", "primary"),
    RunMove.PAUSE: ("Pause", "default"),
    RunMove.RESUME: ("Resume", "primary"),
    RunMove.COMPLETE: ("Complete", "default"),
    RunMove.ABORT: ("Abort", "danger"),
}
ICONS = {
    "start": "play",
    "pause": "pause",
    "resume": "play",
    "complete": "circle-check",
    "abort": "octagon-x",
}


@router.get("/runs")
async def list_runs(
    reader: ReaderDep,
    actor: CurrentActor,
    view: View,
    offset: OffsetDep,
    state: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """What runs now first, then everything that is planned or over."""
    found, total = await queries.runs(reader, offset, state if state in list(RunState) else "")
    page = Page(rows=found, per_page=offset.per_page, page=offset.page, total=total)
    return view.page(
        "runbooks/runs.html", page=page, state=state, types=ITERATION_TYPES,
        may_import=actor.may(Grant.RUNBOOKS_WRITE), may_plan=actor.may(Grant.RUNS_PLAN),
        states=[(each.value, each.value.capitalize()) for each in RunState],
    )  # fmt: skip


@router.get("/runs/{key}")
async def runsheet(
    key: str,
    reader: ReaderDep,
    actor: CurrentActor,
    view: View,
    show: Annotated[str, Query(max_length=20)] = "all",
) -> Response:
    """The live runsheet."""
    return await show_run(key, reader, actor, view, show=show)


async def show_run(
    key: str, reader: Reader, actor: Actor, view: View, *, show: str = "all", refusal: Refusal | None = None
) -> Response:
    """The runsheet, also after a refusal."""
    found = await sheets.sheet(reader, key)
    chosen = show if show in rows.FILTERS else "all"
    return await view.large(
        "runbooks/runsheet.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        sheet=found,
        run=found.head,
        kind=ITERATION_TYPES.get(found.head.type),
        day=rows.first_day(found),
        sections=rows.sections(found, actor, chosen),
        counters=rows.counters(found, actor),
        show=chosen,
        moves=run_moves(found, actor),
        may_act=actor.may(Grant.RUNS_EXECUTE),
        is_pilot=actor.may(Grant.RUNS_PILOT),
        communications=[(each.value, each.value.capitalize()) for each in Communications],
    )


def run_moves(sheet: Sheet, actor: Actor) -> list[tuple[RunMove, str, str, str, list[Obstacle]]]:
    """The moves that the run's state knows, each with what is in its way."""
    state = RunState(sheet.head.state)
    ended = {each.value for each in ENDED}
    open_codes = [row.code for row in sheet.rows if row.state not in ended]
    return [
        (move, *LABELS[move], ICONS[move.value], lacking(actor, Grant.RUNS_PILOT, f"{move.value} a run")
         + run_obstacles(move, state, open_codes))
        for move, (sources, _) in RUN_MOVES.items() if state in sources
    ]  # fmt: skip


@router.get("/runs/{key}/parts/{part}")
async def part(
    key: str, part: Literal["moves", "figures"], reader: ReaderDep, actor: CurrentActor, view: View
) -> Response:
    """A part of the page that changes with the run's state."""
    found = await sheets.sheet(reader, key)
    return view.block(
        "runbooks/runsheet.html", part, sheet=found, run=found.head, day=rows.first_day(found),
        moves=run_moves(found, actor),
    )  # fmt: skip


@router.get("/runs/{key}/state")
async def state(key: str, request: Request, reader: ReaderDep) -> Response:
    """The whole compact state for the live elements; 304 while it stays the same."""
    found = await sheets.sheet(reader, key)
    headers = {"ETag": sheets.etag(found), "Cache-Control": "private, no-cache"}
    if sheets.is_known(found, request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    return Response(sheets.state_bytes(found), media_type="application/json", headers=headers)


@router.get("/runs/{key}/feed")
async def feed(key: str, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """What happened in the run, newest first."""
    overview = await queries.overview(reader, key)
    entries = await audit.feed(reader, actor, "run", overview.head.id, limit=50)
    return view.show("runbooks/feed.html", block="feed", run=overview.head, entries=entries)


@router.post("/runs/{key}/moves", dependencies=[needs(Grant.RUNS_PILOT, "pilot runs")])
async def move(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Start, pause, resume, complete or abort the run."""
    view.if_refused(lambda refusal: show_run(key, reader, actor, view, refusal=refusal))
    form = await view.form(RunMoveForm)
    run = await runs.move_run(tx, actor, key, form.move, seen_revision=form.revision, note=form.note)
    return view.done(f"/runs/{key}", flash=f"{key} is {run.state.lower()}.")


@router.post("/runs/{key}/edit", dependencies=[needs(Grant.RUNS_PILOT, "pilot runs")])
async def change(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Change the run's title, whom it writes to, or its window."""
    view.if_refused(lambda refusal: show_run(key, reader, actor, view, refusal=refusal))
    form = await view.form(RunForm)
    await runs.update_run(
        tx, actor, key, title=form.title, communications=form.communications, window_end=form.window_end,
        seen_revision=form.revision,
    )  # fmt: skip
    return view.done(f"/runs/{key}", flash="The run is changed.")
