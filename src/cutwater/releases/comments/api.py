"""The API of the comments on a release."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from cutwater.kernel.actor import CurrentActor
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, every, one
from cutwater.kernel.etags import SeenRevision
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.reader import Reader, SessionReader
from cutwater.releases.comments import queries, service
from cutwater.releases.comments.schemas import CommentRead, CommentWrite
from cutwater.releases.core import markdown
from cutwater.releases.records.permissions import MAY_CHANGE, MAY_READ
from cutwater.releases.records.queries import row_of, rows_of


def comment(row: Any) -> dict[str, Any]:
    """A comment with its safe HTML."""
    return {**row._asdict(), "html": markdown.to_html(row.body)}


reading = APIRouter(tags=["releases"], dependencies=[MAY_READ], prefix="/releases/{key}")
changing = APIRouter(
    tags=["releases"], dependencies=[MAY_CHANGE], prefix="/releases/{key}", route_class=IdempotentRoute
)


@reading.get("/comments", response_model=Many[CommentRead])
async def list_comments(key: str, request: Request, reader: ReaderDep) -> dict[str, Any]:
    """What was written about a release, oldest first."""
    rows = await rows_of(reader, key, queries.comments_of(key))
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
async def update_comment(
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
    edited = await service.update_comment(tx, actor, key, comment_id, body.body, seen_revision=seen)
    return await _comment(SessionReader(tx), key, edited.id, request, response)


@changing.delete("/comments/{comment_id}", status_code=204)
async def delete_comment(key: str, comment_id: UUID, tx: Tx, actor: CurrentActor) -> None:
    """Delete a comment: its author, or an admin."""
    await service.delete_comment(tx, actor, key, comment_id)


async def _comment(
    reader: Reader, key: str, id: UUID, request: Request, response: Response
) -> dict[str, Any]:
    row = await row_of(reader, key, queries.comments_of(key), id, "This comment")
    found = one(row, request, response)
    return {**found, "data": comment(row)}
