"""The steps of a run: reading them, moving them, ticking, owners and releases."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import Actor, CurrentActor, members_only, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, many, one
from cutwater.kernel.etags import SeenRevision
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.paging import OffsetDep, Page
from cutwater.kernel.reader import Reader, SessionReader
from cutwater.runbooks.core.rows import Figures, StepRow
from cutwater.runbooks.core.step_machine import StepState
from cutwater.runbooks.library.schemas import Name
from cutwater.runbooks.steps.queries import StepDetail
from cutwater.runbooks.steps.schemas import (
    Code,
    InstructionRead,
    OwnersPut,
    ReleasePut,
    StepDetailRead,
    StepMoveRequest,
    StepRead,
    TickPut,
)
from cutwater.runbooks.steps.service import assignments, moves
from cutwater.runbooks.steps.service.assignments import Owners
from cutwater.runbooks.steps.service.instructions import tick_instruction
from cutwater.runbooks.steps.service.moves import Moving
from cutwater.runbooks.steps.views import runsheets, steps
from cutwater.runbooks.steps.views.steps import moment

reading = APIRouter(tags=["run steps"], dependencies=[needs(Grant.RUNS_READ, "see runs")])
changing = APIRouter(tags=["run steps"], dependencies=[members_only], route_class=IdempotentRoute)


Answer = dict[str, object]


def _row(row: StepRow | StepDetail, figures: Figures) -> dict[str, object]:
    """What is stored of a step, with its figures as the API calls them."""
    return row._asdict() | {
        "forecast_start": None if row.started_at else moment(figures.forecast_start),
        "forecast_end": moment(figures.forecast_end),
        "slack_minutes": figures.slack_minutes,
        "is_critical": figures.critical,
        "late_minutes": figures.late_minutes,
    }


@reading.get("/runs/{key}/steps", response_model=Many[StepRead])
async def list_steps(
    request: Request,
    key: Name,
    reader: ReaderDep,
    offset: OffsetDep,
    state: Annotated[StepState | None, Query(description="Only steps in this state.")] = None,
) -> Answer:
    """The steps of a run in their order, with forecasts as of now."""
    sheet = await runsheets.sheet(reader, key)
    wanted = [
        (row, figures)
        for row, figures in zip(sheet.rows, sheet.figures, strict=True)
        if state is None or row.state == state
    ]
    rows = [_row(*each) for each in wanted[offset.skip : offset.skip + offset.per_page]]
    return many(Page(rows=rows, per_page=offset.per_page, page=offset.page, total=len(wanted)), request)


@reading.get("/runs/{key}/steps/{code}", response_model=Item[StepDetailRead])
async def read_step(
    request: Request, response: Response, key: Name, code: Code, reader: ReaderDep, actor: CurrentActor
) -> Answer:
    """One step with its links, instructions, and what blocks each move."""
    return await _step(reader, actor, key, code, request, response)


@changing.post("/runs/{key}/steps/{code}/moves", response_model=Item[StepDetailRead])
async def move_step(
    request: Request,
    response: Response,
    key: Name,
    code: Code,
    body: StepMoveRequest,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> Answer:
    """Start, finish, fail, block, hold, resume, skip, cancel or reopen a step."""
    how = Moving(
        reason=body.reason, override=body.override, lets_successors_go=body.lets_successors_go,
        seen_revision=seen,
    )  # fmt: skip
    await moves.move_step(tx, actor, key, code, body.move, how)
    return await _changed(tx, actor, key, code, request, response)


@changing.put("/runs/{key}/steps/{code}/instructions/{instruction_id}", response_model=Item[InstructionRead])
async def tick(
    request: Request,
    response: Response,
    key: Name,
    code: Code,
    instruction_id: UUID,
    body: TickPut,
    tx: Tx,
    actor: CurrentActor,
) -> Answer:
    """Tick an instruction, or take the tick back."""
    line_id = await tick_instruction(tx, actor, key, code, instruction_id, is_done=body.is_done)
    return one(await steps.instruction(SessionReader(tx), line_id), 1, request, response)


@changing.put(
    "/runs/{key}/steps/{code}/release",
    response_model=Item[StepDetailRead],
    dependencies=[needs(Grant.RUNS_PILOT, "link a release to a step")],
)
async def link_release(
    request: Request,
    response: Response,
    key: Name,
    code: Code,
    body: ReleasePut,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> Answer:
    """Say which release goes live when the step is finished in a live run."""
    await assignments.link_release(tx, actor, key, code, body.release, seen_revision=seen)
    return await _changed(tx, actor, key, code, request, response)


@changing.put(
    "/runs/{key}/steps/{code}/owners",
    response_model=Item[StepDetailRead],
    dependencies=[needs(Grant.RUNS_PILOT, "say who does a step")],
)
async def assign(
    request: Request,
    response: Response,
    key: Name,
    code: Code,
    body: OwnersPut,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> Answer:
    """Give a step its owning team, assignee and deputy."""
    owners = Owners(team_id=body.team_id, assignee_id=body.assignee_id, deputy_id=body.deputy_id)
    await assignments.assign_step(tx, actor, key, code, owners, seen_revision=seen)
    return await _changed(tx, actor, key, code, request, response)


async def _changed(
    tx: AsyncSession, actor: Actor, key: str, code: str, request: Request, response: Response
) -> Answer:
    return await _step(SessionReader(tx), actor, key, code, request, response)


async def _step(
    reader: Reader, actor: Actor, key: str, code: str, request: Request, response: Response
) -> Answer:
    shown = await steps.step_view(reader, actor, key, code)
    data = _row(shown.step, shown.figures) | {
        "instructions": shown.instructions,
        "after": shown.after,
        "before": shown.before,
        "moves": shown.moves,
    }
    return one(data, shown.step.revision, request, response)
