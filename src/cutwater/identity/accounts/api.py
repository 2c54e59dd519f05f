"""Oneself, over the API."""

from fastapi import APIRouter, Request, Response

from cutwater.identity.accounts import views
from cutwater.identity.accounts.schemas import MeChange, MeRead
from cutwater.identity.accounts.service import accounts
from cutwater.kernel.actor import CurrentActor
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, item
from cutwater.kernel.etags import SeenRevision, set_etag
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.reader import SessionReader

router = APIRouter(tags=["me"], route_class=IdempotentRoute)


@router.get("/me", response_model=Item[MeRead])
async def read_me(
    request: Request, response: Response, reader: ReaderDep, actor: CurrentActor
) -> dict[str, object]:
    """Who the token belongs to, and what it allows."""
    return _shown(await views.me(reader, actor), request, response)


@router.patch("/me", response_model=Item[MeRead])
async def update_me(
    request: Request, response: Response, body: MeChange, tx: Tx, actor: CurrentActor, seen: SeenRevision
) -> dict[str, object]:
    """Change one's own name, user name, time zone or language."""
    profile = accounts.Profile(name=body.name, username=body.username, zone=body.zone, locale=body.locale)
    await accounts.update_profile(tx, actor, profile, seen_revision=seen)
    return _shown(await views.me(SessionReader(tx), actor), request, response)


def _shown(me: MeRead, request: Request, response: Response) -> dict[str, object]:
    if me.revision is not None:
        set_etag(response, me.revision)
    return item(me, request)
