"""The runsheet, its state for the elements, and the moves of a run."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from cutwater import audit
from cutwater.kernel.actor import Actor, CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.errors import Invalid
from cutwater.kernel.frozen import frozen
from cutwater.kernel.grants import Grant
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import Reader
from cutwater.runbooks.core.facts import RUN_TYPES, Communications
from cutwater.runbooks.core.filters import FILTERS
from cutwater.runbooks.core.run_machine import RUN_MOVES, RunMove, RunState, run_obstacles
from cutwater.runbooks.core.runsheet import Runsheet, first_day
from cutwater.runbooks.core.step_machine import ENDED, StepMove
from cutwater.runbooks.runs.forms import RunForm, RunMoveForm
from cutwater.runbooks.runs.permissions import to_pilot
from cutwater.runbooks.runs.queries.runs import read_head
from cutwater.runbooks.runs.service import runs
from cutwater.runbooks.sheet.views import sections
from cutwater.runbooks.sheet.views.live import etag, is_known, state_bytes
from cutwater.runbooks.steps.pages.steps import word
from cutwater.runbooks.steps.service.moves import move_step
from cutwater.runbooks.steps.views import runsheets
from cutwater.web import Refusal, View

router = APIRouter(dependencies=[needs(Grant.RUNS_READ, "see runs")])
LABELS = {
    RunMove.START: ("Start the run", "primary", "play"),
    RunMove.PAUSE: ("Pause", "default", "pause"),
    RunMove.RESUME: ("Resume", "primary", "play"),
    RunMove.COMPLETE: ("Complete", "default", "circle-check"),
    RunMove.ABORT: ("Abort", "danger", "octagon-x"),
}


@frozen
class RunMoveButton:
    """A move that the run's state knows, and what blocks it."""

    move: RunMove
    label: str
    tone: str
    icon: str
    obstacles: list[Obstacle]


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
    sheet = await runsheets.sheet(reader, key)
    chosen = show if show in FILTERS else "all"
    return await view.large(
        "runbooks/sheet/runsheet.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        sheet=sheet,
        run=sheet.head,
        kind=RUN_TYPES.get(sheet.head.type),
        day=first_day(sheet),
        sections=sections.sections(sheet, actor, chosen),
        counters=sections.counters(sheet, actor),
        table=sections.element_table(),
        show=chosen,
        moves=run_moves(sheet, actor),
        may_act=actor.may(Grant.RUNS_EXECUTE),
        is_pilot=actor.may(Grant.RUNS_PILOT),
        communications=[(each.value, each.value.capitalize()) for each in Communications],
    )


def run_moves(sheet: Runsheet, actor: Actor) -> list[RunMoveButton]:
    """The moves that the run's state knows, each with what blocks it."""
    state = RunState(sheet.head.state)
    open_codes = [row.code for row in sheet.rows if row.state not in ENDED]
    buttons = []
    for move, (sources, _) in RUN_MOVES.items():
        if state in sources:
            label, tone, icon = LABELS[move]
            why = to_pilot(actor, f"{move.value} a run") + run_obstacles(move, state, open_codes)
            buttons.append(RunMoveButton(move=move, label=label, tone=tone, icon=icon, obstacles=why))
    return buttons


@router.get("/runs/{key}/parts/{part}")
async def part(
    key: str, part: Literal["moves", "figures"], reader: ReaderDep, actor: CurrentActor, view: View
) -> Response:
    """A part of the page that changes with the run's state."""
    sheet = await runsheets.sheet(reader, key)
    return view.block(
        f"runbooks/sheet/{part}.html", part, sheet=sheet, run=sheet.head, day=first_day(sheet),
        moves=run_moves(sheet, actor),
    )  # fmt: skip


@router.get("/runs/{key}/state")
async def state(key: str, request: Request, reader: ReaderDep) -> Response:
    """The whole compact state for the live elements; 304 while it stays the same."""
    sheet = await runsheets.sheet(reader, key)
    headers = {"ETag": etag(sheet), "Cache-Control": "private, no-cache"}
    if is_known(sheet, request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    return Response(state_bytes(sheet), media_type="application/json", headers=headers)


@router.get("/runs/{key}/feed")
async def feed(key: str, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """What happened in the run, newest first."""
    run = await read_head(reader, key)
    entries = await audit.feed(reader, actor, "run", run.id, limit=50)
    return view.show("runbooks/sheet/feed.html", block="feed", run=run, entries=entries)


@router.post("/runs/{key}/moves", dependencies=[needs(Grant.RUNS_PILOT, "pilot runs")])
async def move(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Start, pause, resume, complete or abort the run."""
    view.if_refused(lambda refusal: show_run(key, reader, actor, view, refusal=refusal))
    form = await view.form(RunMoveForm)
    moved = await runs.move_run(tx, actor, key, form.move, seen_revision=form.revision, note=form.note)
    return view.done(f"/runs/{moved.key}", flash=f"{moved.key} is {moved.state.lower()}.")


@router.post("/runs/{key}/edit", dependencies=[needs(Grant.RUNS_PILOT, "pilot runs")])
async def update(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Change the run's title, whom it writes to, or its window."""
    view.if_refused(lambda refusal: show_run(key, reader, actor, view, refusal=refusal))
    form = await view.form(RunForm)
    await runs.update_run(
        tx, actor, key, title=form.title, communications=form.communications, window_end=form.window_end,
        seen_revision=form.revision,
    )  # fmt: skip
    return view.done(f"/runs/{key}", flash="The run is changed.")


@router.post("/runs/{key}/steps")
async def move_from_row(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """The way without JavaScript: the button's name is the move, its value the step."""
    view.if_refused(lambda refusal: show_run(key, reader, actor, view, refusal=refusal))
    form = await view.fields()
    chosen = [(name, str(form[name])) for name in form if name in list(StepMove)]
    if len(chosen) != 1:
        raise Invalid({"move": "Choose one step and one move."})
    moved = await move_step(tx, actor, key, chosen[0][1], chosen[0][0])
    return view.redirect(f"/runs/{key}#step-{moved.step_id}", flash=f"{moved.key}: {word(moved.state)}.")
