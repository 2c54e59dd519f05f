"""API keys. A secret is in one answer only, and never kept with an idempotency key."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.identity.accounts.views import NOBODY
from cutwater.identity.keys import permissions, queries, service
from cutwater.identity.keys.schemas import ApiKeyCreate, ApiKeyCreated, ApiKeyRead
from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, item, many
from cutwater.kernel.errors import NotFound, refuse
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotencyKey
from cutwater.kernel.paging import OffsetDep, page_of
from cutwater.kernel.reader import SessionReader

router = APIRouter(
    tags=["api keys"], prefix="/api-keys", dependencies=[needs(Grant.RELEASES_WRITE, "use API keys")]
)


@router.get("", response_model=Many[ApiKeyRead])
async def read_keys(
    request: Request,
    reader: ReaderDep,
    actor: CurrentActor,
    offset: OffsetDep,
    everybody: Annotated[bool, Query(description="All keys of the organization; admins only.")] = False,
) -> dict[str, object]:
    """One's own keys, or all of the organization."""
    if everybody:
        refuse(may=permissions.to_see_all_keys(actor))
    own = None if everybody else actor.user_id or NOBODY
    return many(await page_of(reader, queries.api_keys(user_id=own), offset), request)


@router.post("", response_model=Item[ApiKeyCreated], status_code=201)
async def create_key(request: Request, body: ApiKeyCreate, tx: Tx, actor: CurrentActor) -> dict[str, object]:
    """Make a key. Its secret is shown here and never again, not even to a repeated request."""
    made = await service.create_api_key(
        tx, actor, body.name, body.scopes, days=body.days, service_role=body.service_role
    )
    row = await SessionReader(tx).first(queries.api_key(made.id))
    if row is None:
        raise NotFound("This key")
    shown = ApiKeyRead.model_validate(row, from_attributes=True)
    await _keep_answer(tx, request, shown)
    return item(ApiKeyCreated(**shown.model_dump(), secret=made.secret), request)


async def _keep_answer(tx: AsyncSession, request: Request, shown: ApiKeyRead) -> None:
    """What a repeated request with the same idempotency key is answered: the key without its secret."""
    idempotent = getattr(request.state, "idempotent", None)
    if idempotent is None:
        return
    redacted = ApiKeyCreated(**shown.model_dump(), secret="(shown once)")  # noqa: S106
    answer = Item[ApiKeyCreated].model_validate(item(redacted, request))
    stored = {
        "status": 201,
        "headers": {"content-type": "application/json"},
        "body": answer.model_dump_json().encode(),
    }
    await tx.execute(update(IdempotencyKey).where(IdempotencyKey.id == idempotent[1]).values(**stored))


@router.delete("/{id}", status_code=204)
async def revoke_key(id: UUID, tx: Tx, actor: CurrentActor) -> None:
    """End a key: one's own, or as an admin anybody's."""
    await service.revoke_api_key(tx, actor, id)
