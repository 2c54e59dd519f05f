"""Oneself, over the API."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from cutwater.identity.accounts import queries
from cutwater.identity.accounts.permissions import people_only
from cutwater.identity.accounts.schemas import MeChange, MeRead
from cutwater.identity.accounts.service import accounts
from cutwater.kernel.actor import Actor, CurrentActor
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, item
from cutwater.kernel.errors import refuse_if
from cutwater.kernel.etags import SeenRevision, set_etag
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.reader import Reader

router = APIRouter(tags=["me"], route_class=IdempotentRoute)


async def _me(reader: Reader, actor: Actor) -> MeRead:
    account = await reader.first(queries.account(actor.user_id)) if actor.user_id else None
    return MeRead(
        kind=actor.kind,
        id=actor.id or UUID(int=0),
        name=actor.name,
        email=account.email if account else None,
        username=account.username if account else None,
        zone=actor.zone,
        locale=actor.locale,
        organization=actor.organization,
        role=actor.role,
        grants=sorted(actor.grants),
        team_ids=sorted(actor.team_ids),
        revision=account.revision if account else None,
    )


@router.get("/me", response_model=Item[MeRead])
async def read_me(request: Request, response: Response, reader: ReaderDep, actor: CurrentActor) -> Any:
    """Who the token belongs to, and what it allows."""
    me = await _me(reader, actor)
    if me.revision is not None:
        set_etag(response, me.revision)
    return item(me, request)


@router.patch("/me", response_model=Item[MeRead])
async def update_me(
    request: Request, response: Response, body: MeChange, tx: Tx, actor: CurrentActor, seen: SeenRevision
) -> Any:
    """Change one's own name, user name, time zone or language."""
    refuse_if(people_only(actor, "change a person"))
    profile = accounts.Profile(name=body.name, username=body.username, zone=body.zone, locale=body.locale)
    account = await accounts.update_profile(tx, actor, profile, seen_revision=seen)
    set_etag(response, account.revision)
    me = MeRead(
        kind=actor.kind,
        id=account.id,
        name=account.name,
        email=account.email,
        username=account.username,
        zone=account.zone,
        locale=account.locale,
        organization=actor.organization,
        role=actor.role,
        grants=sorted(actor.grants),
        team_ids=sorted(actor.team_ids),
        revision=account.revision,
    )
    return item(me, request)
