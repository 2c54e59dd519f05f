"""The API of the comments on a release."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from cutwater.kernel.actor import CurrentActor
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, every, one
from cutwater.kernel.etags import SeenRevision
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.reader import Reader, SessionReader
from cutwater.releases.comments import service, views
from cutwater.releases.comments.schemas import CommentRead, CommentWrite
from cutwater.releases.records.permissions import MAY_CHANGE, MAY_READ

reading = APIRouter(tags=["releases"], dependencies=[MAY_READ], prefix="/releases/{key}")
changing = APIRouter(
    tags=["releases"], dependencies=[MAY_CHANGE], prefix="/releases/{key}", route_class=IdempotentRoute
)


@reading.get("/comments", response_model=Many[CommentRead])
async def list_comments(key: str, request: Request, reader: ReaderDep) -> dict[str, object]:
    """What was written about a release, oldest first."""
    return every(await views.comments(reader, key), request)


@changing.post("/comments", status_code=201, response_model=Item[CommentRead])
async def add_comment(
    key: str, body: CommentWrite, request: Request, response: Response, tx: Tx, actor: CurrentActor
) -> dict[str, object]:
    """Write a comment."""
    added = await service.add_comment(tx, actor, key, body.body)
    return await _answer(SessionReader(tx), key, added.comment_id, request, response)


@reading.get("/comments/{comment_id}", response_model=Item[CommentRead])
async def read_comment(
    key: str, comment_id: UUID, request: Request, response: Response, reader: ReaderDep
) -> dict[str, object]:
    """One comment."""
    return await _answer(reader, key, comment_id, request, response)


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
) -> dict[str, object]:
    """Change your own comment."""
    await service.update_comment(tx, actor, key, comment_id, body.body, seen_revision=seen)
    return await _answer(SessionReader(tx), key, comment_id, request, response)


@changing.delete("/comments/{comment_id}", status_code=204)
async def delete_comment(key: str, comment_id: UUID, tx: Tx, actor: CurrentActor) -> None:
    """Delete a comment: its author, or an admin."""
    await service.delete_comment(tx, actor, key, comment_id)


async def _answer(
    reader: Reader, key: str, comment_id: UUID, request: Request, response: Response
) -> dict[str, object]:
    comment = await views.comment(reader, key, comment_id)
    return one(comment, comment.revision, request, response)
