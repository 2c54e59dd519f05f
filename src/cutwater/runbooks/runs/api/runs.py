"""Runs: reading, changing and moving them."""

from typing import Annotated, Any

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
from cutwater.runbooks.runs.views import run as shown

reading = APIRouter(tags=["runs"], dependencies=[needs(Grant.RUNS_READ, "see runs")])
changing = APIRouter(
    tags=["runs"], dependencies=[needs(Grant.RUNS_PILOT, "change runs")], route_class=IdempotentRoute
)


@reading.get("/runs", response_model=Many[RunRead])
async def list_runs(
    request: Request,
    reader: ReaderDep,
    offset: OffsetDep,
    state: Annotated[RunState | None, Query(description="Only runs in this state.")] = None,
) -> Any:
    """Runs with their progress: what is on first, then the newest."""
    rows, total = await queries.runs(reader, offset, state.value if state else "")
    page = Page(rows=[shown(each) for each in rows], per_page=offset.per_page, page=offset.page, total=total)
    return many(page, request)


@reading.get("/runs/{key}", response_model=Item[RunRead])
async def read_run(request: Request, response: Response, key: Name, reader: ReaderDep) -> Any:
    """One run with its progress."""
    found = await queries.overview(reader, key)
    return one(shown(found), found.head.revision, request, response)


@changing.patch("/runs/{key}", response_model=Item[RunRead])
async def change_run(
    request: Request,
    response: Response,
    key: Name,
    body: RunPatch,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> Any:
    """Change a run's title, whom it writes to, or the end of its window."""
    await runs.update_run(
        tx, actor, key, title=body.title, communications=body.communications, window_end=body.window_end,
        seen_revision=seen,
    )  # fmt: skip
    return await _run(tx, key, request, response)


@changing.post("/runs/{key}/moves", response_model=Item[RunRead])
async def move_run(
    request: Request,
    response: Response,
    key: Name,
    body: RunMoveRequest,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> Any:
    """Start, pause, resume, complete or abort a run."""
    await runs.move_run(tx, actor, key, body.move, seen_revision=seen, note=body.note)
    return await _run(tx, key, request, response)


async def _run(tx: AsyncSession, key: str, request: Request, response: Response) -> Any:
    await tx.flush()
    found = await queries.overview(SessionReader(tx), key)
    return one(shown(found), found.head.revision, request, response)
