"""Getting in and out: sign-in with lock-out, sessions, and the API's refresh families."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.identity import accounts, events, families, lockout, passwords, queries, scope, tokens
from cutwater.identity.browsers import browser_of
from cutwater.identity.families import Verdict
from cutwater.identity.models import ApiKey, RefreshToken, SignInSession
from cutwater.identity.queries import lookups
from cutwater.kernel import clock, crypto
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.errors import Invalid, NotFound, Refused, TooMany, Unauthenticated
from cutwater.kernel.frozen import frozen
from cutwater.kernel.ids import new_id


class WrongCredentials(Refused):
    """The same words for an unknown name, a wrong password and a deactivated account."""

    status = 401
    code = "WRONG_CREDENTIALS"

    def __init__(self) -> None:
        super().__init__("The name or the password is wrong.")


SIGNED_OUT = "signed out"
LOCKED = "Too many wrong passwords for this name."


@frozen
class SignedIn:
    """A new session: its cookie's value exists only here."""

    token: str
    user_id: UUID


@frozen
class Pair:
    """What the API hands out; neither is stored as it is."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    organization: str


async def check_password(database: Database, secrets: Sequence[str], login: str, password: str) -> UUID:
    """Whose name and password these are, or WrongCredentials; TooMany after too many wrong ones.

    Known and unknown names take the same way and the same time. No transaction is open while hashing.
    """
    login = accounts.tidy_email(login)[:300]
    login_hash = crypto.sign(secrets, "login", login).encode()
    facts = await database.reader(None).first(lookups.credentials(login, login_hash))
    until = lockout.locked_until(facts.failures if facts else (), clock.now())
    if until is not None:
        raise TooMany(lockout.seconds_left(until, clock.now()), LOCKED)
    right = await passwords.matches(password[: passwords.LONGEST + 1], facts.hash if facts else None)
    async with database.tx(None) as tx:
        if facts is not None and right and facts.is_active:
            if facts.failures:
                await tx.execute(lookups.forget_failures(login_hash))
            found: UUID = facts.user_id
            return found
        await tx.execute(lookups.note_failure(login_hash))
    raise WrongCredentials()


async def sign_in(
    database: Database,
    secrets: Sequence[str],
    login: str,
    password: str,
    *,
    browser: str = "",
    address: str = "",
    before: str = "",
) -> SignedIn:
    """Start a session with a new token; the one this browser had before ends."""
    user_id = await check_password(database, secrets, login, password)
    async with database.tx(None) as tx:
        await scope.enter(tx, user_id=user_id)
        return await start_session(tx, user_id, browser=browser, address=address, before=before)


async def start_session(
    tx: AsyncSession, user_id: UUID, *, browser: str = "", address: str = "", before: str = ""
) -> SignedIn:
    """A session for somebody who has just proven who they are; the transaction must be theirs."""
    token = tokens.new_session_token()
    account = await queries.account_for_update(tx, user_id)
    actor = Actor(kind="user", id=user_id, name=account.name, user_id=user_id)
    if before:
        await _end_before(tx, crypto.fingerprint(before))
    session = SignInSession(
        id=new_id(),
        user_id=user_id,
        token_hash=crypto.fingerprint(token),
        browser=browser_of(browser),
        address=address[:64],
        expires_at=clock.now() + tokens.SESSION_LIFETIME,
        last_used_at=clock.now(),
    )
    tx.add(session)
    await audit.record(tx, actor, events.SessionStarted(user_id=user_id, session_id=session.id))
    return SignedIn(token=token, user_id=user_id)


async def _end_before(tx: AsyncSession, token_hash: bytes) -> None:
    """End the session this browser had, whoever's it was: its cookie is about to be replaced."""
    holder = await tx.scalar(lookups.session_holder(token_hash))
    if holder is not None:
        async with scope.inside(tx, user_id=holder):
            old = update(SignInSession).where(SignInSession.token_hash == token_hash)
            await tx.execute(old.values(ended_at=clock.now()))


async def end_session(tx: AsyncSession, actor: Actor, session_id: UUID) -> None:
    """End one of one's own sessions or API sign-ins, perhaps the one that is asking."""
    if actor.user_id is None:
        raise NotFound("This session")
    own = (SignInSession.id == session_id, SignInSession.user_id == actor.user_id)
    session = await tx.scalar(
        select(SignInSession).where(*own, SignInSession.ended_at.is_(None)).with_for_update()
    )
    if session is not None:
        session.ended_at = clock.now()
        await audit.record(tx, actor, events.SessionEnded(user_id=actor.user_id, session_id=session_id))
        return
    if not await _revoke_family(tx, session_id, user_id=actor.user_id):
        raise NotFound("This session")
    revoked = events.RefreshFamilyRevoked(user_id=actor.user_id, family_id=session_id, reason=SIGNED_OUT)
    await audit.record(tx, actor, revoked)


async def end_others(tx: AsyncSession, actor: Actor) -> None:
    """End every session and API sign-in of one's own but the one that asks."""
    if actor.user_id is None:
        raise NotFound("This session")
    await end_all(tx, actor.user_id, but=actor.session_id)
    await audit.record(tx, actor, events.OtherSessionsEnded(user_id=actor.user_id))


async def end_all(
    tx: AsyncSession, user_id: UUID, *, but: UUID | None = None, with_keys: bool = False
) -> None:
    """End every session and API sign-in of the person the transaction is of, in all organizations."""
    await tx.flush()
    now = clock.now()
    ended = update(SignInSession).where(SignInSession.user_id == user_id, SignInSession.ended_at.is_(None))
    revoked = update(RefreshToken).where(RefreshToken.user_id == user_id, RefreshToken.revoked_at.is_(None))
    if but is not None:
        ended = ended.where(SignInSession.id != but)
        revoked = revoked.where(RefreshToken.family_id != but)
    await tx.execute(ended.values(ended_at=now))
    await tx.execute(revoked.values(revoked_at=now))
    if with_keys:
        keys = update(ApiKey).where(ApiKey.user_id == user_id, ApiKey.revoked_at.is_(None))
        await tx.execute(keys.values(revoked_at=now))


# ---------------------------------------------------------------- tokens of the API


async def issue_tokens(
    database: Database, secrets: Sequence[str], login: str, password: str, organization: str = ""
) -> Pair:
    """An access token and a refresh token for one organization: the named one, or the only one."""
    user_id = await check_password(database, secrets, login, password)
    async with database.tx(None) as tx:
        rows = (await tx.execute(lookups.organizations_of(user_id))).all()
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
        known = (await tx.execute(lookups.refresh_token(token_hash))).one_or_none()
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
        await _revoke_family(tx, family, user_id=user_id)
        actor = _person_here(user_id, organization_id)
        said = events.RefreshFamilyRevoked(user_id=user_id, family_id=family, reason="a used token came back")
        await audit.record(tx, actor, said)
        return found
    rows = (await tx.execute(lookups.organizations_of(user_id))).all()
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
        known = (await tx.execute(lookups.refresh_token(crypto.fingerprint(token)))).one_or_none()
        if known is not None:
            await scope.enter(tx, organization_id=known.organization_id, user_id=known.user_id)
            user_id, family = known.user_id, known.family_id
            if await _revoke_family(tx, family, user_id=user_id):
                said = events.RefreshFamilyRevoked(user_id=user_id, family_id=family, reason=SIGNED_OUT)
                await audit.record(tx, _person_here(user_id, known.organization_id), said)


async def _revoke_family(tx: AsyncSession, family: UUID, *, user_id: UUID) -> bool:
    alive = (RefreshToken.family_id == family, RefreshToken.user_id == user_id)
    revoked = update(RefreshToken).where(*alive, RefreshToken.revoked_at.is_(None))
    done = await tx.execute(revoked.values(revoked_at=clock.now()).returning(RefreshToken.id))
    return bool(done.all())
