"""Runs: reading, changing and moving them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, many, one
from cutwater.kernel.etags import SeenRevision
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.paging import OffsetDep, Page
from cutwater.kernel.reader import SessionReader
from cutwater.runbooks.core.run_machine import RunState
from cutwater.runbooks.library.schemas import Name
from cutwater.runbooks.runs.queries import runs as queries
from cutwater.runbooks.runs.schemas import RunMoveRequest, RunPatch, RunRead
from cutwater.runbooks.runs.service import runs

reading = APIRouter(tags=["runs"], dependencies=[needs(Grant.RUNS_READ, "see runs")])
changing = APIRouter(
    tags=["runs"], dependencies=[needs(Grant.RUNS_PILOT, "change runs")], route_class=IdempotentRoute
)
Answer = dict[str, object]


@reading.get("/runs", response_model=Many[RunRead])
async def list_runs(
    request: Request,
    reader: ReaderDep,
    offset: OffsetDep,
    state: Annotated[RunState | None, Query(description="Only runs in this state.")] = None,
) -> Answer:
    """Runs with their progress: what is on first, then the newest."""
    rows, total = await queries.runs(reader, offset, state.value if state else "")
    return many(Page(rows=rows, per_page=offset.per_page, page=offset.page, total=total), request)


@reading.get("/runs/{key}", response_model=Item[RunRead])
async def read_run(request: Request, response: Response, key: Name, reader: ReaderDep) -> Answer:
    """One run with its progress."""
    run = await queries.overview(reader, key)
    return one(run, run.revision, request, response)


@changing.patch("/runs/{key}", response_model=Item[RunRead])
async def update_run(
    request: Request,
    response: Response,
    key: Name,
    body: RunPatch,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> Answer:
    """Change a run's title, whom it writes to, or the end of its window."""
    run_id = await runs.update_run(
        tx, actor, key, title=body.title, communications=body.communications, window_end=body.window_end,
        seen_revision=seen,
    )  # fmt: skip
    return await _run(tx, run_id, request, response)


@changing.post("/runs/{key}/moves", response_model=Item[RunRead])
async def move_run(
    request: Request,
    response: Response,
    key: Name,
    body: RunMoveRequest,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> Answer:
    """Start, pause, resume, complete or abort a run."""
    moved = await runs.move_run(tx, actor, key, body.move, seen_revision=seen, note=body.note)
    return await _run(tx, moved.run_id, request, response)


async def _run(tx: AsyncSession, run_id: UUID, request: Request, response: Response) -> Answer:
    run = await queries.overview(SessionReader(tx), run_id)
    return one(run, run.revision, request, response)
