"""One step of a run: its drawer, and everything that is done to it."""

from uuid import UUID

from fastapi import APIRouter, Response

from cutwater import audit, identity, releases
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor, CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.errors import Invalid
from cutwater.kernel.grants import Grant
from cutwater.kernel.reader import Reader, SessionReader
from cutwater.runbooks.core import runsheet
from cutwater.runbooks.core.facts import STEP_TYPES
from cutwater.runbooks.core.rows import StepRow
from cutwater.runbooks.core.runsheet import first_day
from cutwater.runbooks.core.step_machine import STANDINGS, STARTABLE, StepMove, StepState, may_tick, warnings
from cutwater.runbooks.steps import permissions
from cutwater.runbooks.steps.forms import OwnersForm, ReleaseForm, StepMoveForm, TickForm
from cutwater.runbooks.steps.service import assignments
from cutwater.runbooks.steps.service.assignments import Owners
from cutwater.runbooks.steps.service.instructions import tick_instruction
from cutwater.runbooks.steps.service.moves import Moving, move_step
from cutwater.runbooks.steps.views import steps
from cutwater.web import Refusal, View

router = APIRouter(dependencies=[needs(Grant.RUNS_READ, "see runs")])
LABELS = {
    StepMove.START: ("Start", "primary"),
    StepMove.FINISH: ("Finish", "primary"),
    StepMove.RESUME: ("Resume", "primary"),
    StepMove.FAIL: ("Fail", "danger"),
    StepMove.BLOCK: ("Block", "default"),
    StepMove.HOLD: ("Hold", "default"),
    StepMove.SKIP: ("Skip", "default"),
    StepMove.CANCEL: ("Cancel", "danger"),
    StepMove.REOPEN: ("Reopen", "default"),
}


@router.get("/runs/{key}/steps/{code}")
async def step(key: str, code: str, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """A step's drawer: instructions, links, times, people, release and what happened."""
    return await show_step(key, code, reader, actor, view)


async def show_step(
    key: str, code: str, reader: Reader, actor: Actor, view: View, *, refusal: Refusal | None = None
) -> Response:
    """The drawer, also after a refusal."""
    drawer = await steps.step_view(reader, actor, key, code)
    step, sheet = drawer.step, drawer.sheet
    done_by = [line.done_by_id for line in drawer.instructions]
    ids = [step.assignee_id, step.deputy_id, *done_by]
    is_pilot = actor.may(Grant.RUNS_PILOT)
    return view.show(
        "runbooks/steps/step.html",
        block="content",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        run=sheet.head,
        day=first_day(sheet),
        step=step,
        shown=drawer,
        figures=drawer.figures,
        ends_at=sheet.ends_at,
        type=STEP_TYPES.get(step.step_type),
        team=drawer.team,
        release=drawer.release,
        issues=await releases.issue_keys_of(reader, step.release_id) if step.release_id else [],
        names=await identity.names(reader, ids) if actor.may(Grant.PEOPLE_READ) else {},
        may_tick=may_tick(drawer.facts.run, drawer.facts.state) and not permissions.to_execute(actor, step),
        labels=LABELS,
        warnings=warnings(drawer.facts, clock.now()),
        times=[
            ("Planned", "planned", step.planned_start, step.planned_end),
            ("Forecast", "forecast", *drawer.forecast),
            ("Actual", "actual", step.started_at, step.finished_at),
            ("Limits", "planned", step.fixed_start, step.deadline),
        ],
        is_pilot=is_pilot,
        people=[(str(each.id), each.name) for each in await identity.people(reader)] if is_pilot else [],
        teams=[(str(id), name) for id, name in sheet.teams.items()],
        releases=await _releases(reader) if is_pilot else [],
        entries=await audit.feed(reader, actor, "step", step.id, limit=20),
    )


async def _releases(reader: Reader) -> list[tuple[str, str]]:
    return [(each.key, f"{each.key} {each.title}") for each in await releases.find_releases(reader, "", 50)]


@router.post("/runs/{key}/steps/{code}/instructions/{instruction_id}")
async def tick(
    key: str,
    code: str,
    instruction_id: UUID,
    reader: ReaderDep,
    tx: Tx,
    actor: CurrentActor,
    view: View,
) -> Response:
    """Tick an instruction, or take the tick back."""
    view.if_refused(lambda refusal: show_step(key, code, reader, actor, view, refusal=refusal))
    form = await view.form(TickForm)
    line_id = await tick_instruction(tx, actor, key, code, instruction_id, is_done=form.is_done)
    line = await steps.instruction(SessionReader(tx), line_id)
    return view.done(_path(key, code), data={"instruction": {"id": str(line.id), "done_at": line.done_at}})


@router.post("/runs/{key}/steps/{code}/release", dependencies=[needs(Grant.RUNS_PILOT, "pilot runs")])
async def link_release(
    key: str, code: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View
) -> Response:
    """Say which release the step puts live."""
    view.if_refused(lambda refusal: show_step(key, code, reader, actor, view, refusal=refusal))
    form = await view.form(ReleaseForm)
    await assignments.link_release(tx, actor, key, code, form.release, seen_revision=form.revision)
    flash = f"{code} puts {form.release.upper()} live." if form.release else f"{code} puts no release live."
    return view.done(_path(key, code), flash=flash)


@router.post("/runs/{key}/steps/{code}/owners", dependencies=[needs(Grant.RUNS_PILOT, "pilot runs")])
async def assign(key: str, code: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Say who does the step."""
    view.if_refused(lambda refusal: show_step(key, code, reader, actor, view, refusal=refusal))
    form = await view.form(OwnersForm)
    owners = Owners(
        team_id=_id(form.team_id, "team_id"),
        assignee_id=_id(form.assignee_id, "assignee_id"),
        deputy_id=_id(form.deputy_id, "deputy_id"),
    )
    await assignments.assign_step(tx, actor, key, code, owners, seen_revision=form.revision)
    return view.done(_path(key, code), flash=f"{code} has its owners.")


@router.post("/runs/{key}/steps/{code}/{verb}")
async def move(
    key: str, code: str, verb: StepMove, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View
) -> Response:
    """Move the step: from its row (JSON), or from its drawer."""
    view.if_refused(lambda refusal: show_step(key, code, reader, actor, view, refusal=refusal))
    form = await view.form(StepMoveForm)
    how = Moving(
        reason=form.reason or form.note, override=form.override, lets_successors_go=form.lets_successors_go,
        seen_revision=form.revision,
    )  # fmt: skip
    moved = await move_step(tx, actor, key, code, verb, how)
    step = await steps.stored_step(SessionReader(tx), moved.step_id)
    flash = f"{step.code}: {word(step.state)}."
    return view.done(_path(key, step.code), flash=flash, data={"step": stored_state(step)})


def stored_state(step: StepRow) -> dict[str, object]:
    """What a verb answers of a step: what is stored; forecasts follow with the live state."""
    return {
        "id": str(step.id),
        "status": step.state,
        "started_at": runsheet.iso(runsheet.seconds(step.started_at)) if step.started_at else None,
        "finished_at": runsheet.iso(runsheet.seconds(step.finished_at)) if step.finished_at else None,
        "ready_at": runsheet.iso(runsheet.seconds(step.ready_at)) if step.ready_at else None,
        "revision": step.revision,
        "startable": step.state in STARTABLE,
    }


def word(state: str) -> str:
    """A state as a notice says it."""
    return STANDINGS[StepState(state)].word


def _path(key: str, code: str) -> str:
    return f"/runs/{key}/steps/{code}"


def _id(text: str, field: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Invalid({field: "Choose an entry of the list."}) from None
