"""Sprints over the API: one, and its verbs."""

from typing import Any

from fastapi import APIRouter, Request, Response

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, item
from cutwater.kernel.etags import SeenRevision, set_etag
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.wire import Line
from cutwater.sprints.sprints import queries
from cutwater.sprints.sprints.schemas import SprintBody, SprintMove, SprintRead
from cutwater.sprints.sprints.service import verbs

router = APIRouter(tags=["sprints"], route_class=IdempotentRoute)
reads, writes = needs(Grant.SPRINTS_READ), needs(Grant.SPRINTS_WRITE, "manage sprints")


@router.post("/sprints", response_model=Item[SprintRead], status_code=201, dependencies=[writes])
async def create(request: Request, response: Response, tx: Tx, actor: CurrentActor, body: SprintBody) -> Any:
    """Make a sprint of our own, in planning."""
    sprint = await verbs.create_sprint(
        tx, actor, body.name, goal=body.goal, starts_on=body.starts_on, ends_on=body.ends_on
    )
    set_etag(response, sprint.revision)
    return item(sprint, request)


@router.get("/sprints/{key}", response_model=Item[SprintRead], dependencies=[reads])
async def sprint(request: Request, response: Response, reader: ReaderDep, key: Line) -> Any:
    """One sprint."""
    found = await queries.sprint(reader, key)
    set_etag(response, found.revision)
    return item(found, request)


@router.put("/sprints/{key}", response_model=Item[SprintRead], dependencies=[writes])
async def change(
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    key: Line,
    body: SprintBody,
    seen: SeenRevision,
) -> Any:
    """Change the name, goal and dates of a sprint of our own."""
    found = await verbs.update_sprint(
        tx,
        actor,
        key,
        name=body.name,
        goal=body.goal,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        seen_revision=seen,
    )
    set_etag(response, found.revision)
    return item(found, request)


@router.delete("/sprints/{key}", status_code=204, dependencies=[writes])
async def delete(tx: Tx, actor: CurrentActor, key: Line, seen: SeenRevision) -> None:
    """Delete an empty sprint of our own."""
    await verbs.delete_sprint(tx, actor, key, seen_revision=seen)


@router.post("/sprints/{key}/moves", response_model=Item[SprintRead], dependencies=[writes])
async def move(
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    key: Line,
    body: SprintMove,
    seen: SeenRevision,
) -> Any:
    """Start, complete, cancel or take back a sprint; a refusal lists every obstacle."""
    found = await verbs.move_sprint(tx, actor, key, body.target, seen_revision=seen)
    set_etag(response, found.revision)
    return item(found, request)
