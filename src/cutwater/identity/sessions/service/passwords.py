"""Changing a password, or setting it anew by a mailed link."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.identity.accounts import queries as accounts_queries
from cutwater.identity.accounts.models import LinkPurpose, UserAccount
from cutwater.identity.accounts.service import scope
from cutwater.identity.accounts.service.accounts import own_account
from cutwater.identity.accounts.service.links import new_link, open_link
from cutwater.identity.accounts.service.passwords import refuse_weak, set_password
from cutwater.identity.core import accounts, passwords
from cutwater.identity.sessions import events, queries
from cutwater.identity.sessions.service import sessions
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Invalid
from cutwater.kernel.keyed import held
from cutwater.kernel.reader import SessionReader


async def update_password(tx: AsyncSession, actor: Actor, *, current: str, new: str) -> None:
    """Change one's own password, knowing the old; every other sign-in of the person ends."""
    account = await own_account(tx, actor)
    stored = await SessionReader(tx).first(queries.password(account.id))
    if not await passwords.matches(current, stored.hash if stored else None):
        raise Invalid({"current_password": "This is not your password."})
    if current == new:
        raise Invalid({"new_password": "Choose another one than before."})
    refuse_weak(new, (account.email, account.username, account.name), field="new_password")
    await set_password(tx, account.id, new)
    await sessions.end_all(tx, account.id, but=actor.session_id)
    await audit.record(tx, actor, events.PasswordChanged(user_id=account.id))


async def request_reset(tx: AsyncSession, email: str) -> None:
    """Mail a reset link if somebody active has this address; the caller cannot tell."""
    known = await SessionReader(tx).first(accounts_queries.account_by_email(accounts.tidy_email(email)))
    if known is None or not known.is_active:
        return
    async with scope.inside(tx, user_id=known.id):
        account = await held(tx, UserAccount, known.id, what="This person")
        link = new_link(account.id, LinkPurpose.RESET)
        tx.add(link)
        requested = events.PasswordResetRequested(link_id=link.id, user_id=account.id)
        await audit.record(tx, scope.person_actor(account), requested)


async def reset_password(tx: AsyncSession, secrets: Sequence[str], token: str, password: str) -> UUID:
    """Set a new password by a mailed link, once; every sign-in of the person ends, the address is proven.

    Gives whose it is.
    """
    link = await open_link(tx, secrets, token, LinkPurpose.RESET)
    account = await held(tx, UserAccount, link.user_id, what="This person")
    refuse_weak(password, (account.email, account.username, account.name), field="password")
    link.used_at = clock.now()
    account.email_confirmed_at = account.email_confirmed_at or clock.now()
    await set_password(tx, account.id, password)
    await sessions.end_all(tx, account.id)
    await audit.record(tx, scope.person_actor(account), events.PasswordChanged(user_id=account.id))
    return account.id
