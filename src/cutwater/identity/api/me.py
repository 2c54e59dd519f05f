"""Oneself: profile and where one is signed in."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from cutwater.identity import permissions, queries
from cutwater.identity.api.common import whole_list
from cutwater.identity.schemas import MeChange, MeRead, SessionRead
from cutwater.identity.service import accounts, sessions
from cutwater.kernel.actor import Actor, CurrentActor
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, item, many
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
async def change_me(
    request: Request, response: Response, body: MeChange, tx: Tx, actor: CurrentActor, seen: SeenRevision
) -> Any:
    """Change one's own name, user name, time zone or language."""
    refuse_if(_only_people(actor, "change a person"))
    profile = accounts.Profile(name=body.name, username=body.username, zone=body.zone, locale=body.locale)
    account = await accounts.change_profile(tx, actor, profile, seen_revision=seen)
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


def _only_people(actor: Actor, doing: str) -> list[Any]:
    return [permissions.signed_in_person(doing)] if actor.kind == "api_key" else []


@router.get("/sessions", response_model=Many[SessionRead])
async def read_sessions(request: Request, reader: ReaderDep, actor: CurrentActor) -> Any:
    """Where one is signed in: browsers, and programs with tokens for this organization."""
    refuse_if(_only_people(actor, "see sessions"))
    return many(whole_list(await sessions_of(reader, actor)), request)


async def sessions_of(reader: Reader, actor: Actor) -> list[SessionRead]:
    """A person's browsers and API sign-ins, in one trip."""
    if actor.user_id is None:
        return []
    browsers, families = await reader.batch(queries.sessions(actor.user_id), queries.families(actor.user_id))
    found = [
        SessionRead(**row._asdict(), kind="browser", is_current=row.id == actor.session_id)
        for row in browsers
    ]
    found += [
        SessionRead(
            **row._asdict(),
            kind="api",
            browser="A program with tokens",
            address="",
            is_current=row.id == actor.session_id,
        )
        for row in families
    ]
    return found


@router.delete("/sessions/{id}", status_code=204)
async def end_session(id: UUID, tx: Tx, actor: CurrentActor) -> None:
    """End one of one's own sessions."""
    refuse_if(_only_people(actor, "end sessions"))
    await sessions.end_session(tx, actor, id)
