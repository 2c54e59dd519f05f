"""The steps of a run: reading them, moving them, ticking, owners and releases."""

from typing import Annotated, Any
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
from cutwater.runbooks.core.runsheet import Figures
from cutwater.runbooks.core.step_machine import StepState
from cutwater.runbooks.library.schemas import Name
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


def _row(row: Any, figures: Figures) -> dict[str, Any]:
    stored: dict[str, Any] = row._asdict()
    return stored | {
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
) -> Any:
    """The steps of a run in their order, with forecasts as of now."""
    sheet = await runsheets.sheet(reader, key)
    found = [
        (row, figures)
        for row, figures in zip(sheet.rows, sheet.figures, strict=True)
        if state is None or row.state == state
    ]
    rows = [_row(*each) for each in found[offset.skip : offset.skip + offset.per_page]]
    return many(Page(rows=rows, per_page=offset.per_page, page=offset.page, total=len(found)), request)


@reading.get("/runs/{key}/steps/{code}", response_model=Item[StepDetailRead])
async def read_step(
    request: Request, response: Response, key: Name, code: Code, reader: ReaderDep, actor: CurrentActor
) -> Any:
    """One step with its links, instructions, and what is in the way of each move."""
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
) -> Any:
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
) -> Any:
    """Tick an instruction, or take the tick back."""
    line = await tick_instruction(tx, actor, key, code, instruction_id, is_done=body.is_done)
    await tx.flush()
    return one(line, 1, request, response)


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
) -> Any:
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
) -> Any:
    """Give a step its owning team, assignee and deputy."""
    owners = Owners(team_id=body.team_id, assignee_id=body.assignee_id, deputy_id=body.deputy_id)
    await assignments.assign_step(tx, actor, key, code, owners, seen_revision=seen)
    return await _changed(tx, actor, key, code, request, response)


async def _changed(
    tx: AsyncSession, actor: Actor, key: str, code: str, request: Request, response: Response
) -> Any:
    await tx.flush()
    return await _step(SessionReader(tx), actor, key, code, request, response)


async def _step(
    reader: Reader, actor: Actor, key: str, code: str, request: Request, response: Response
) -> Any:
    found = await steps.step_view(reader, actor, key, code)
    data = _row(found.step, found.figures) | {
        "instructions": found.instructions,
        "after": found.after,
        "before": found.before,
        "moves": found.moves,
    }
    return one(data, found.step.revision, request, response)
