"""The API's tokens, in families of refresh tokens."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.identity.accounts import queries
from cutwater.identity.accounts.queries import OrganizationChoice
from cutwater.identity.accounts.service import scope
from cutwater.identity.core import families, tokens
from cutwater.identity.core.families import Verdict
from cutwater.identity.sessions import events
from cutwater.identity.sessions.models import RefreshToken
from cutwater.identity.sessions.service.sessions import SIGNED_OUT, check_password, revoke_family
from cutwater.kernel import clock, crypto
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.errors import Invalid, Unauthenticated
from cutwater.kernel.frozen import frozen
from cutwater.kernel.ids import new_id
from cutwater.kernel.keyed import held_if
from cutwater.kernel.reader import SessionReader


@frozen
class Pair:
    """What the API hands out; neither is stored as it is."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    organization: str


async def issue_tokens(
    database: Database, secrets: Sequence[str], login: str, password: str, organization: str = ""
) -> Pair:
    """An access token and a refresh token for one organization: the named one, or the only one."""
    user_id = await check_password(database, secrets, login, password)
    async with database.tx(None) as tx:
        rows = await SessionReader(tx).all(queries.organizations_of(user_id))
        chosen = chosen_organization(rows, organization)
        await scope.enter(tx, organization_id=chosen.id, user_id=user_id)
        family = new_id()
        refresh = _next_token(tx, user_id, family, clock.now() + families.LIFETIME)
        started = events.SessionStarted(user_id=user_id, session_id=family)
        await audit.record(tx, _person_here(user_id, chosen.id), started)
        return _pair(secrets, user_id, chosen.id, family, refresh, chosen.slug)


def _person_here(user_id: UUID, organization_id: UUID) -> Actor:
    """The person of a token, in its organization."""
    return Actor(kind="user", id=user_id, name="", user_id=user_id, organization_id=organization_id)


def chosen_organization(rows: Sequence[OrganizationChoice], wanted: str) -> OrganizationChoice:
    """The organization that was named by slug or id, or the only one."""
    if wanted:
        chosen = next((row for row in rows if wanted.lower() in (row.slug, str(row.id))), None)
        if chosen is None:
            raise Invalid({"organization": "You are not in this organization."})
        return chosen
    own = [row for row in rows if row.role] or list(rows)
    if not own:
        raise Invalid(
            {"organization": "You are in no organization yet. Create one, or accept an invitation."}
        )
    if len(own) > 1:
        slugs = ", ".join(row.slug for row in own[:10])
        raise Invalid({"organization": f"You are in several; name one of: {slugs}."})
    return own[0]


async def refresh_tokens(database: Database, secrets: Sequence[str], token: str) -> Pair:
    """Swap a refresh token for a new pair. One that was used before ends its whole family."""
    token_hash = crypto.fingerprint(token)
    async with database.tx(None) as tx:
        known = await SessionReader(tx).first(queries.refresh_token(token_hash))
        if known is not None:
            await scope.enter(tx, organization_id=known.organization_id, user_id=known.user_id)
            stored = await held_if(tx, RefreshToken, RefreshToken.id == known.id)
            outcome = await _refresh(tx, secrets, stored)
            if isinstance(outcome, Pair):
                return outcome
    # raised here, after the commit: what a reuse revoked must stay revoked
    raise Unauthenticated("This refresh token is wrong, used, expired or revoked. Sign in again.")


async def _refresh(tx: AsyncSession, secrets: Sequence[str], stored: RefreshToken | None) -> Pair | Verdict:
    verdict = families.verdict(_presented(stored), clock.now())
    if stored is None or verdict not in (Verdict.ROTATE, Verdict.REUSED):
        return verdict
    user_id, family, organization_id = stored.user_id, stored.family_id, stored.organization_id
    if verdict == Verdict.REUSED:
        await revoke_family(tx, family, user_id=user_id)
        revoked = events.RefreshFamilyRevoked(
            user_id=user_id, family_id=family, reason="a used token came back"
        )
        await audit.record(tx, _person_here(user_id, organization_id), revoked)
        return verdict
    rows, accounts = await SessionReader(tx).batch(
        queries.organizations_of(user_id), queries.account(user_id)
    )
    here = next((row for row in rows if row.id == organization_id), None)
    if here is None or not accounts or not accounts[0].is_active:
        return Verdict.REVOKED
    stored.used_at = clock.now()
    refresh = _next_token(tx, user_id, family, clock.now() + families.LIFETIME)
    return _pair(secrets, user_id, organization_id, family, refresh, here.slug)


def _presented(stored: RefreshToken | None) -> families.Presented | None:
    if stored is None:
        return None
    return families.Presented(
        expires_at=stored.expires_at, used_at=stored.used_at, revoked_at=stored.revoked_at
    )


def _next_token(tx: AsyncSession, user_id: UUID, family: UUID, expires_at: datetime) -> str:
    token = tokens.new_refresh_token()
    tx.add(
        RefreshToken(
            user_id=user_id,
            organization_id=scope.organization_of(tx),
            family_id=family,
            token_hash=crypto.fingerprint(token),
            expires_at=expires_at,
        )
    )
    return token


def _pair(
    secrets: Sequence[str], user_id: UUID, organization_id: UUID, family: UUID, refresh: str, slug: str
) -> Pair:
    access = tokens.Access(user_id=user_id, organization_id=organization_id, family_id=family)
    now = clock.now()
    return Pair(
        access_token=tokens.access_token(secrets, access, now),
        refresh_token=refresh,
        expires_at=now + tokens.ACCESS_LIFETIME,
        organization=slug,
    )


async def revoke_token(database: Database, token: str) -> None:
    """End the family of a refresh token; a token that nobody has is no error (RFC 7009)."""
    async with database.tx(None) as tx:
        known = await SessionReader(tx).first(queries.refresh_token(crypto.fingerprint(token)))
        if known is not None:
            await scope.enter(tx, organization_id=known.organization_id, user_id=known.user_id)
            user_id, family = known.user_id, known.family_id
            if await revoke_family(tx, family, user_id=user_id):
                revoked = events.RefreshFamilyRevoked(user_id=user_id, family_id=family, reason=SIGNED_OUT)
                await audit.record(tx, _person_here(user_id, known.organization_id), revoked)
