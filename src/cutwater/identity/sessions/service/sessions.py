"""Signing in with lock-out, and the sessions of browsers."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.identity.accounts import queries
from cutwater.identity.accounts.models import UserAccount
from cutwater.identity.accounts.service import scope
from cutwater.identity.core import accounts, lockout, passwords, tokens
from cutwater.identity.core.browsers import browser_of
from cutwater.identity.keys.models import ApiKey
from cutwater.identity.sessions import events
from cutwater.identity.sessions.models import RefreshToken, SignInSession
from cutwater.kernel import clock, crypto
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.errors import NotFound, Refused, TooMany
from cutwater.kernel.frozen import frozen
from cutwater.kernel.ids import new_id
from cutwater.kernel.keyed import held, held_if
from cutwater.kernel.reader import SessionReader


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


async def check_password(database: Database, secrets: Sequence[str], login: str, password: str) -> UUID:
    """Whose name and password these are, or WrongCredentials; TooMany after too many wrong ones.

    Known and unknown names take the same way and the same time. No transaction is open while hashing.
    """
    login = accounts.tidy_email(login)[:300]
    login_hash = crypto.sign(secrets, "login", login).encode()
    known = await database.reader(None).first(queries.credentials(login, login_hash))
    until = lockout.locked_until(known.failures if known else (), clock.now())
    if until is not None:
        raise TooMany(lockout.seconds_left(until, clock.now()), LOCKED)
    right = await passwords.matches(password[: passwords.LONGEST + 1], known.hash if known else None)
    async with database.tx(None) as tx:
        if known is not None and right and known.is_active and known.user_id is not None:
            if known.failures:
                await queries.forget_failures(tx, login_hash)
            return known.user_id
        await queries.note_failure(tx, login_hash)
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
    account = await held(tx, UserAccount, user_id, what="This person")
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
    holder = await SessionReader(tx).first(queries.session_holder(token_hash))
    if holder is not None:
        async with scope.inside(tx, user_id=holder.user_id):
            old = update(SignInSession).where(SignInSession.token_hash == token_hash)
            await tx.execute(old.values(ended_at=clock.now()))


async def end_session(tx: AsyncSession, actor: Actor, session_id: UUID) -> None:
    """End one of one's own sessions or API sign-ins, perhaps the one that is asking."""
    if actor.user_id is None:
        raise NotFound("This session")
    own = (SignInSession.id == session_id, SignInSession.user_id == actor.user_id)
    session = await held_if(tx, SignInSession, *own, SignInSession.ended_at.is_(None))
    if session is not None:
        session.ended_at = clock.now()
        await audit.record(tx, actor, events.SessionEnded(user_id=actor.user_id, session_id=session_id))
        return
    if not await revoke_family(tx, session_id, user_id=actor.user_id):
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


async def revoke_family(tx: AsyncSession, family: UUID, *, user_id: UUID) -> bool:
    """Revoke all tokens that came of one password; False when none was alive."""
    alive = (RefreshToken.family_id == family, RefreshToken.user_id == user_id)
    revoked = update(RefreshToken).where(*alive, RefreshToken.revoked_at.is_(None))
    ids = await tx.scalars(revoked.values(revoked_at=clock.now()).returning(RefreshToken.id))
    return bool(ids.all())
