"""The API's tokens, in families of refresh tokens."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.identity.accounts import queries
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


@frozen
class Pair:
    """What the API hands out; neither is stored as it is."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    organization: str


# ---------------------------------------------------------------- tokens of the API


async def issue_tokens(
    database: Database, secrets: Sequence[str], login: str, password: str, organization: str = ""
) -> Pair:
    """An access token and a refresh token for one organization: the named one, or the only one."""
    user_id = await check_password(database, secrets, login, password)
    async with database.tx(None) as tx:
        rows = (await tx.execute(queries.organizations_of(user_id))).all()
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


def chosen_organization(rows: Sequence[Any], wanted: str) -> Any:
    """The organization that was named by slug or id, or the only one."""
    if wanted:
        found = [row for row in rows if wanted in (row.slug, str(row.id))]
        if not found:
            raise Invalid({"organization": "You are not in this organization."})
        return found[0]
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
        known = (await tx.execute(queries.refresh_token(token_hash))).one_or_none()
        if known is not None:
            await scope.enter(tx, organization_id=known.organization_id, user_id=known.user_id)
            statement = select(RefreshToken).where(RefreshToken.id == known.id).with_for_update()
            stored = await tx.scalar(statement)
            outcome = await _refresh(tx, secrets, stored)
            if isinstance(outcome, Pair):
                return outcome
    # raised here, after the commit: what a reuse revoked must stay revoked
    raise Unauthenticated("This refresh token is wrong, used, expired or revoked. Sign in again.")


async def _refresh(tx: AsyncSession, secrets: Sequence[str], stored: RefreshToken | None) -> Pair | Verdict:
    presented = None
    if stored is not None:
        presented = families.Presented(
            expires_at=stored.expires_at, used_at=stored.used_at, revoked_at=stored.revoked_at
        )
    found = families.verdict(presented, clock.now())
    if stored is None or found not in (Verdict.ROTATE, Verdict.REUSED):
        return found
    user_id, family, organization_id = stored.user_id, stored.family_id, stored.organization_id
    if found == Verdict.REUSED:
        await revoke_family(tx, family, user_id=user_id)
        actor = _person_here(user_id, organization_id)
        said = events.RefreshFamilyRevoked(user_id=user_id, family_id=family, reason="a used token came back")
        await audit.record(tx, actor, said)
        return found
    rows = (await tx.execute(queries.organizations_of(user_id))).all()
    here = next((row for row in rows if row.id == organization_id), None)
    account = (await tx.execute(queries.account(user_id))).one_or_none()
    if here is None or account is None or not account.is_active:
        return Verdict.REVOKED
    stored.used_at = clock.now()
    refresh = _next_token(tx, user_id, family, clock.now() + families.LIFETIME)
    return _pair(secrets, user_id, organization_id, family, refresh, here.slug)


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
        known = (await tx.execute(queries.refresh_token(crypto.fingerprint(token)))).one_or_none()
        if known is not None:
            await scope.enter(tx, organization_id=known.organization_id, user_id=known.user_id)
            user_id, family = known.user_id, known.family_id
            if await revoke_family(tx, family, user_id=user_id):
                said = events.RefreshFamilyRevoked(user_id=user_id, family_id=family, reason=SIGNED_OUT)
                await audit.record(tx, _person_here(user_id, known.organization_id), said)
