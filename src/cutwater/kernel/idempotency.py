"""`Idempotency-Key`: a POST that is sent twice happens once, and both times gets the same answer.

The key's row is written in the verb's own transaction: a concurrent repeat waits for it on the unique
index, a refused verb rolls it back, and what is kept is the very answer that was sent.
"""

import hashlib
from collections.abc import Callable, Coroutine
from uuid import UUID

from fastapi import Request, Response
from fastapi.routing import APIRoute
from sqlalchemy import Index, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Base, OrganizationRow, scoped
from cutwater.kernel.errors import Invalid
from cutwater.kernel.ids import new_id

HEADER = "idempotency-key"
CHUNK = 1_048_576


class IdempotencyKey(Base, OrganizationRow):
    """One answered request, kept for a day."""

    __tablename__ = "idempotency_key"
    __table_args__ = scoped(
        Index("ix_idempotency_key_key", "organization_id", "actor_id", "key", unique=True),
        Index("ix_idempotency_key_created_at", "created_at"),
    )
    actor_id: Mapped[UUID]
    key: Mapped[str]
    request_hash: Mapped[bytes]
    status: Mapped[int | None]
    headers: Mapped[dict[str, str]] = mapped_column(JSONB(), server_default=text("'{}'::jsonb"))
    body: Mapped[bytes | None]


class Replay(Exception):
    """Not a refusal: the same request was answered before, and this is that answer."""

    def __init__(self, response: Response) -> None:
        self.response = response


async def claim(request: Request, actor: Actor, tx: AsyncSession) -> None:
    """Called when a verb's transaction opens: take the key, or replay the answer it already has."""
    key = request.headers.get(HEADER)
    if key is None or request.method != "POST" or actor.id is None:
        return
    if not 1 <= len(key) <= 200:
        raise Invalid({"Idempotency-Key": "Use 1 to 200 characters, a UUID for example."})
    asked = await _what_is_asked(request)
    row = {"id": new_id(), "actor_id": actor.id, "key": key, "request_hash": asked}
    taken = await tx.scalar(
        insert(IdempotencyKey)
        .values(row)
        .on_conflict_do_nothing(index_elements=["organization_id", "actor_id", "key"])
        .returning(IdempotencyKey.id)
    )
    if taken is not None:
        request.state.idempotent = (tx, taken)
        return
    same = (IdempotencyKey.actor_id == actor.id, IdempotencyKey.key == key)
    before = (await tx.execute(select(IdempotencyKey).where(*same))).scalar_one()
    if before.request_hash != asked:
        raise Invalid({"Idempotency-Key": "This key was used for another request; use a new one."})
    headers = {**before.headers, "Idempotency-Replayed": "true"}
    raise Replay(Response(before.body, before.status or 200, headers))


async def _what_is_asked(request: Request) -> bytes:
    """The request's fingerprint: address and content. Forms go by their fields, for each sending of the same
    one draws another line between them."""
    found = hashlib.sha256(f"{request.url.path}?{request.url.query}\n".encode())
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        for name, value in (await request.form()).multi_items():
            found.update(f"\n{name}\n".encode())
            if isinstance(value, str):
                found.update(value.encode())
                continue
            found.update(f"{value.filename}\n".encode())
            while chunk := await value.read(CHUNK):
                found.update(chunk)
            await value.seek(0)
    else:
        found.update(await request.body())
    return found.digest()


class IdempotentRoute(APIRoute):
    """An API route that stores its answer with the key, before the transaction commits."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[None, None, Response]]:
        answer = super().get_route_handler()

        async def handler(request: Request) -> Response:
            response = await answer(request)
            held = getattr(request.state, "idempotent", None)
            if held is not None:
                tx, row_id = held
                names = ("content-type", "location", "etag")
                kept = {name: response.headers[name] for name in names if name in response.headers}
                values = {"status": response.status_code, "headers": kept, "body": bytes(response.body)}
                await tx.execute(update(IdempotencyKey).where(IdempotencyKey.id == row_id).values(**values))
            return response

        return handler


async def forget_old(tx: AsyncSession) -> int:
    """Drop this organization's keys that are older than a day; gives how many."""
    old = IdempotencyKey.created_at < func.now() - text("interval '1 day'")
    dropped = await tx.execute(delete(IdempotencyKey).where(old).returning(IdempotencyKey.id))
    return len(dropped.all())
