"""A request becomes an Actor in one round trip: a cookie and the slug of the path, or a token of the API."""

from typing import Literal, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Request, Response
from psycopg.rows import tuple_row

from cutwater.identity.core import tokens
from cutwater.identity.core.roles import grants_of, narrowed
from cutwater.kernel import clock, crypto
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database, database_of
from cutwater.kernel.errors import NotFound, Unauthenticated
from cutwater.kernel.frozen import frozen
from cutwater.kernel.requests import settings_of
from cutwater.kernel.settings import Settings

SECURE_COOKIE, PLAIN_COOKIE = "__Host-cutwater", "cutwater"
_FIND = "select * from identity_actor(%s, %s, %s, %s, %s, %s)"


@frozen
class Presented:
    """What a request shows of who it is: exactly one way, and where it wants to be."""

    session_hash: bytes | None = None
    key_hash: bytes | None = None
    access: tokens.Access | None = None
    slug: str | None = None


class FoundActor(NamedTuple):
    """What the database says of a session, a key or a token: who, in which organization, as what."""

    kind: Literal["user", "api_key"]
    id: UUID
    user_id: UUID | None
    name: str
    zone: str
    locale: str
    is_superadmin: bool
    organization_id: UUID | None
    slug: str | None
    organization_name: str | None
    role: str | None
    is_auditor: bool
    scopes: list[str] | None
    team_ids: list[UUID] | None
    last_organization_id: UUID | None


async def authenticate_page(request: Request, *, needs_organization: bool) -> Actor | None:
    """Who looks at a page: the session cookie, in the organization that the path names.

    Nobody → None. Somebody in a foreign organization → NotFound, as if it did not exist.
    """
    actor = await _once(request, _page_claim(request))
    if actor is None or not needs_organization:
        return actor
    if actor.organization_id is None or not actor.grants:
        raise NotFound("This organization")
    return actor


async def authenticate_api(request: Request, *, needs_organization: bool) -> Actor | None:
    """Who calls the API: a Bearer JWT or an API key, each bound to one organization."""
    claim = _api_claim(request)
    actor = await _once(request, claim)
    if claim is not None and (actor is None or not actor.grants):
        raise Unauthenticated("This token is wrong, expired or revoked.")
    return actor


async def _once(request: Request, claim: Presented | None) -> Actor | None:
    """The answer for this request, asked of the database at most once."""
    if not hasattr(request.state, "known_actor"):
        request.state.known_actor = (
            await find_actor(database_of(request), claim) if claim is not None else None
        )
    actor: Actor | None = request.state.known_actor
    return actor


async def find_actor(database: Database, claim: Presented) -> Actor | None:
    """Ask the database who this is: one statement, everything an Actor needs."""
    access = claim.access
    ids: tuple[UUID | None, ...] = (
        (access.user_id, access.family_id, access.organization_id) if access else (None, None, None)
    )
    async with database.pool.connection() as connection:
        cursor = connection.cursor(row_factory=tuple_row)
        await cursor.execute(_FIND, (claim.session_hash, claim.key_hash, *ids, claim.slug))
        row = await cursor.fetchone()
    return _actor(FoundActor._make(row), claim) if row is not None else None


def _actor(row: FoundActor, claim: Presented) -> Actor:
    granted = grants_of(row.role, is_auditor=row.is_auditor, is_superadmin=row.is_superadmin)
    if row.kind == "api_key":
        granted = narrowed(granted, row.scopes or ())
    if row.organization_id is None:
        granted = frozenset()
    strangers = row.organization_id is not None and not granted
    return Actor(
        kind=row.kind,
        id=row.id if row.kind == "api_key" else row.user_id,
        name=row.name,
        organization_id=None if strangers else row.organization_id,
        organization="" if strangers else row.slug or "",
        organization_name="" if strangers else row.organization_name or "",
        role=row.role or ("SUPERADMIN" if row.is_superadmin else ""),
        grants=granted,
        team_ids=frozenset(row.team_ids or ()),
        zone=row.zone,
        locale=row.locale,
        user_id=row.user_id,
        session_id=row.id if claim.session_hash or claim.access else None,
    )


def _page_claim(request: Request) -> Presented | None:
    token = session_token(request)
    if not token:
        return None
    slug = request.path_params.get("organization")
    return Presented(session_hash=crypto.fingerprint(token), slug=slug)


def _api_claim(request: Request) -> Presented | None:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    key = request.headers.get("x-api-key", "")
    if scheme.lower() == "bearer":
        given = given.strip()
        if not given.startswith(tokens.KEY_PREFIX):
            access = tokens.read_access(settings_of(request).secrets, given, clock.now())
            if access is None:
                raise Unauthenticated("This token is wrong, expired or revoked.")
            return Presented(access=access)
        key = given
    elif scheme:
        raise Unauthenticated("Use `Authorization: Bearer` with an access token or an API key.")
    return Presented(key_hash=crypto.fingerprint(key)) if key else None


# ---------------------------------------------------------------- the session cookie


def is_secure(config: Settings) -> bool:
    """Whether people come by https; a plain cookie is for http on this machine only."""
    address = urlsplit(config.base_url)
    return address.scheme == "https" or address.hostname not in ("localhost", "127.0.0.1", "::1")


def session_token(request: Request) -> str:
    """The session cookie's value; on https only the one that no other host could have set."""
    secure = request.cookies.get(SECURE_COOKIE, "")
    if secure or is_secure(settings_of(request)):
        return secure
    return request.cookies.get(PLAIN_COOKIE, "")


def keep_session(response: Response, config: Settings, token: str) -> None:
    """Give the browser its session."""
    secure = is_secure(config)
    response.set_cookie(
        SECURE_COOKIE if secure else PLAIN_COOKIE,
        token,
        max_age=int(tokens.SESSION_LIFETIME.total_seconds()),
        httponly=True,
        secure=secure,
        samesite="lax",
        path="/",
    )


def drop_session(response: Response, config: Settings) -> None:
    """Take it back."""
    secure = is_secure(config)
    name = SECURE_COOKIE if secure else PLAIN_COOKIE
    response.delete_cookie(name, httponly=True, secure=secure, samesite="lax", path="/")
