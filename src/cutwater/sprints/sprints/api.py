"""Sprints over the API: one, and its verbs."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, one
from cutwater.kernel.etags import SeenRevision
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.reader import Reader, SessionReader
from cutwater.kernel.wire import Line
from cutwater.sprints.sprints import queries
from cutwater.sprints.sprints.schemas import SprintBody, SprintMove, SprintRead
from cutwater.sprints.sprints.service import sprints as service

router = APIRouter(tags=["sprints"], route_class=IdempotentRoute)
reads, writes = needs(Grant.SPRINTS_READ), needs(Grant.SPRINTS_WRITE, "manage sprints")
Answer = dict[str, object]


async def _answer(key: str | UUID, reader: Reader, request: Request, response: Response) -> Answer:
    row = await queries.sprint(reader, str(key))
    return one(row, row.revision, request, response)


@router.post("/sprints", response_model=Item[SprintRead], status_code=201, dependencies=[writes])
async def create(
    request: Request, response: Response, tx: Tx, actor: CurrentActor, body: SprintBody
) -> Answer:
    """Make a sprint of our own, in planning."""
    created = await service.create_sprint(
        tx, actor, body.name, goal=body.goal, starts_on=body.starts_on, ends_on=body.ends_on
    )
    return await _answer(created.id, SessionReader(tx), request, response)


@router.get("/sprints/{key}", response_model=Item[SprintRead], dependencies=[reads])
async def sprint(request: Request, response: Response, reader: ReaderDep, key: Line) -> Answer:
    """One sprint."""
    return await _answer(key, reader, request, response)


@router.put("/sprints/{key}", response_model=Item[SprintRead], dependencies=[writes])
async def update(
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    key: Line,
    body: SprintBody,
    seen: SeenRevision,
) -> Answer:
    """Change the name, goal and dates of a sprint of our own."""
    sprint_id = await service.update_sprint(
        tx,
        actor,
        key,
        name=body.name,
        goal=body.goal,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        seen_revision=seen,
    )
    return await _answer(sprint_id, SessionReader(tx), request, response)


@router.delete("/sprints/{key}", status_code=204, dependencies=[writes])
async def delete(tx: Tx, actor: CurrentActor, key: Line, seen: SeenRevision) -> None:
    """Delete an empty sprint of our own."""
    await service.delete_sprint(tx, actor, key, seen_revision=seen)


@router.post("/sprints/{key}/moves", response_model=Item[SprintRead], dependencies=[writes])
async def move(
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    key: Line,
    body: SprintMove,
    seen: SeenRevision,
) -> Answer:
    """Start, complete, cancel or take back a sprint; a refusal lists every obstacle."""
    moved = await service.move_sprint(tx, actor, key, body.target, seen_revision=seen)
    return await _answer(moved.id, SessionReader(tx), request, response)
