"""API keys. A secret is in one answer only, and never kept with an idempotency key."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlalchemy import update

from cutwater.identity.accounts.queries import page_of
from cutwater.identity.keys import queries, service
from cutwater.identity.keys.schemas import ApiKeyCreate, ApiKeyCreated, ApiKeyRead
from cutwater.kernel.actor import CurrentActor, lacking, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, item, many
from cutwater.kernel.errors import refuse_if
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotencyKey
from cutwater.kernel.paging import OffsetDep

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
) -> Any:
    """One's own keys, or all of the organization."""
    if everybody:
        refuse_if(lacking(actor, Grant.ORGANIZATION_CONFIGURE, "see other people's keys"))
    own = None if everybody else actor.user_id or UUID(int=0)
    return many(await page_of(reader, queries.api_keys(user_id=own), offset), request)


@router.post("", response_model=Item[ApiKeyCreated], status_code=201)
async def create_key(request: Request, body: ApiKeyCreate, tx: Tx, actor: CurrentActor) -> Any:
    """Make a key. Its secret is shown here and never again, not even to a repeated request."""
    key, secret = await service.create_api_key(
        tx, actor, body.name, body.scopes, days=body.days, service_role=body.service_role
    )
    await tx.flush()
    shown = ApiKeyRead.model_validate(key, from_attributes=True)
    held = getattr(request.state, "idempotent", None)
    if held is not None:
        redacted = ApiKeyCreated(**shown.model_dump(), secret="(shown once)")  # noqa: S106
        answer = Item[ApiKeyCreated].model_validate(item(redacted, request))
        values = {"status": 201, "headers": {"content-type": "application/json"}}
        stored = values | {"body": answer.model_dump_json().encode()}
        await tx.execute(update(IdempotencyKey).where(IdempotencyKey.id == held[1]).values(**stored))
    return item(ApiKeyCreated(**shown.model_dump(), secret=secret), request)


@router.delete("/{id}", status_code=204)
async def revoke_key(id: UUID, tx: Tx, actor: CurrentActor) -> None:
    """End a key: one's own, or as an admin anybody's."""
    await service.revoke_api_key(tx, actor, id)
