"""The API of what belongs to a release: items, dependencies, approvals, comments, deployments."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from cutwater.kernel.actor import CurrentActor
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many
from cutwater.kernel.errors import NotFound
from cutwater.kernel.etags import SeenRevision
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.reader import Reader, SessionReader
from cutwater.kernel.wire import Text
from cutwater.releases import queries, service
from cutwater.releases.api.answers import comment, every, one
from cutwater.releases.api.releases import MAY_CHANGE, MAY_READ
from cutwater.releases.drafts import ItemDraft
from cutwater.releases.schemas import (
    ApprovalRead,
    ApproverCreate,
    CommentRead,
    CommentWrite,
    DecisionPatch,
    DependencyCreate,
    DependencyRead,
    DeploymentRead,
    ItemCreate,
    ItemPatch,
    ItemRead,
)

reading = APIRouter(tags=["releases"], dependencies=[MAY_READ], prefix="/releases/{key}")
changing = APIRouter(
    tags=["releases"], dependencies=[MAY_CHANGE], prefix="/releases/{key}", route_class=IdempotentRoute
)


async def part(reader: Reader, key: str, rows: queries.Rows, id: UUID, what: str) -> Any:
    """One of a release's rows by its id, or NotFound."""
    row = next((row for row in await queries.rows_of(reader, key, rows) if row.id == id), None)
    if row is None:
        raise NotFound(what)
    return row


@reading.get("/items", response_model=Many[ItemRead])
async def list_items(key: str, request: Request, reader: ReaderDep) -> dict[str, Any]:
    """The tickets and pull requests of a release."""
    return every(await queries.rows_of(reader, key, queries.items_of(key)), request)


@changing.post("/items", status_code=201, response_model=Item[ItemRead])
async def add_item(
    key: str, body: ItemCreate, request: Request, response: Response, tx: Tx, actor: CurrentActor
) -> dict[str, Any]:
    """Add a ticket or pull request; an imported issue brings its title and status."""
    added = await service.add_item(tx, actor, key, ItemDraft(**body.model_dump()))
    return one(added, request, response)


@reading.get("/items/{item_id}", response_model=Item[ItemRead])
async def read_item(
    key: str, item_id: UUID, request: Request, response: Response, reader: ReaderDep
) -> dict[str, Any]:
    """One item."""
    return one(await part(reader, key, queries.items_of(key), item_id, "This item"), request, response)


@changing.patch("/items/{item_id}", response_model=Item[ItemRead])
async def change_item(
    key: str,
    item_id: UUID,
    body: ItemPatch,
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> dict[str, Any]:
    """Change what was typed for an item."""
    changes = body.model_dump(exclude_unset=True)
    changed = await service.change_item(tx, actor, key, item_id, changes, seen_revision=seen)
    return one(changed, request, response)


@changing.delete("/items/{item_id}", status_code=204)
async def remove_item(key: str, item_id: UUID, tx: Tx, actor: CurrentActor, seen: SeenRevision) -> None:
    """Take an item out."""
    await service.remove_item(tx, actor, key, item_id, seen_revision=seen)


@reading.get("/dependencies", response_model=Many[DependencyRead])
async def list_dependencies(key: str, request: Request, reader: ReaderDep) -> dict[str, Any]:
    """What a release depends on, and what depends on it."""
    return every(await queries.rows_of(reader, key, queries.dependencies_of(key)), request)


@changing.post("/dependencies", status_code=201, response_model=Item[DependencyRead])
async def add_dependency(
    key: str, body: DependencyCreate, request: Request, response: Response, tx: Tx, actor: CurrentActor
) -> dict[str, Any]:
    """Let a release depend on another; a cycle is refused by name."""
    added = await service.add_dependency(tx, actor, key, body.blocker, body.kind)
    found = queries.dependencies_of(key)
    return one(await part(SessionReader(tx), key, found, added.id, "This dependency"), request, response)


@reading.get("/dependencies/{dependency_id}", response_model=Item[DependencyRead])
async def read_dependency(
    key: str, dependency_id: UUID, request: Request, response: Response, reader: ReaderDep
) -> dict[str, Any]:
    """One dependency."""
    found = queries.dependencies_of(key)
    return one(await part(reader, key, found, dependency_id, "This dependency"), request, response)


@changing.delete("/dependencies/{dependency_id}", status_code=204)
async def remove_dependency(key: str, dependency_id: UUID, tx: Tx, actor: CurrentActor) -> None:
    """Take a dependency away."""
    await service.remove_dependency(tx, actor, key, dependency_id)


@reading.get("/approvals", response_model=Many[ApprovalRead])
async def list_approvals(key: str, request: Request, reader: ReaderDep) -> dict[str, Any]:
    """Who must approve, and what they said."""
    return every(await queries.rows_of(reader, key, queries.approvals_of(key)), request)


@changing.post("/approvals", status_code=201, response_model=Item[ApprovalRead])
async def name_approver(
    key: str, body: ApproverCreate, request: Request, response: Response, tx: Tx, actor: CurrentActor
) -> dict[str, Any]:
    """Name somebody whose approval is needed."""
    named = await service.name_approver(tx, actor, key, body.approver_id, reason=body.reason)
    return one(named, request, response)


@reading.get("/approvals/{approval_id}", response_model=Item[ApprovalRead])
async def read_approval(
    key: str, approval_id: UUID, request: Request, response: Response, reader: ReaderDep
) -> dict[str, Any]:
    """One approval."""
    found = queries.approvals_of(key)
    return one(await part(reader, key, found, approval_id, "This approval"), request, response)


@reading.patch("/approvals/{approval_id}", response_model=Item[ApprovalRead])
async def decide(
    key: str,
    approval_id: UUID,
    body: DecisionPatch,
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> dict[str, Any]:
    """Give or refuse the approval you were named for."""
    given = await service.decide_approval(
        tx, actor, key, approval_id, body.verdict, note=body.note, seen_revision=seen
    )
    return one(given, request, response)


@changing.delete("/approvals/{approval_id}", status_code=204)
async def remove_approver(
    key: str,
    approval_id: UUID,
    tx: Tx,
    actor: CurrentActor,
    reason: Annotated[Text, Query(max_length=2000, description="Why; the log keeps it.")] = "",
) -> None:
    """Take an approver off: an admin, with a reason."""
    await service.remove_approver(tx, actor, key, approval_id, reason=reason)


@reading.get("/comments", response_model=Many[CommentRead])
async def list_comments(key: str, request: Request, reader: ReaderDep) -> dict[str, Any]:
    """What was written about a release, oldest first."""
    rows = await queries.rows_of(reader, key, queries.comments_of(key))
    return every([comment(row) for row in rows], request)


@changing.post("/comments", status_code=201, response_model=Item[CommentRead])
async def add_comment(
    key: str, body: CommentWrite, request: Request, response: Response, tx: Tx, actor: CurrentActor
) -> dict[str, Any]:
    """Write a comment."""
    added = await service.add_comment(tx, actor, key, body.body)
    return await _comment(SessionReader(tx), key, added.id, request, response)


@reading.get("/comments/{comment_id}", response_model=Item[CommentRead])
async def read_comment(
    key: str, comment_id: UUID, request: Request, response: Response, reader: ReaderDep
) -> dict[str, Any]:
    """One comment."""
    return await _comment(reader, key, comment_id, request, response)


@changing.patch("/comments/{comment_id}", response_model=Item[CommentRead])
async def edit_comment(
    key: str,
    comment_id: UUID,
    body: CommentWrite,
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> dict[str, Any]:
    """Change your own comment."""
    edited = await service.edit_comment(tx, actor, key, comment_id, body.body, seen_revision=seen)
    return await _comment(SessionReader(tx), key, edited.id, request, response)


@changing.delete("/comments/{comment_id}", status_code=204)
async def delete_comment(key: str, comment_id: UUID, tx: Tx, actor: CurrentActor) -> None:
    """Delete a comment: its author, or an admin."""
    await service.delete_comment(tx, actor, key, comment_id)


@reading.get("/deployments", response_model=Many[DeploymentRead])
async def list_deployments(key: str, request: Request, reader: ReaderDep) -> dict[str, Any]:
    """Where and when a release was deployed, the latest first."""
    return every(await queries.rows_of(reader, key, queries.deployments_of(key)), request)


async def _comment(
    reader: Reader, key: str, id: UUID, request: Request, response: Response
) -> dict[str, Any]:
    row = await part(reader, key, queries.comments_of(key), id, "This comment")
    found = one(row, request, response)
    return {**found, "data": comment(row)}
