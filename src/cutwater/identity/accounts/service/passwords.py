"""Passwords: checking and keeping them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.identity.accounts.models import AccountLink, LinkPurpose, UserPassword
from cutwater.identity.core import passwords
from cutwater.kernel import clock
from cutwater.kernel.errors import Invalid
from cutwater.kernel.keyed import held_if


def refuse_weak(password: str, about: Sequence[str], *, field: str) -> None:
    """Invalid when a new password is easy to guess for whoever knows the person (`about`: name, address)."""
    wrong = passwords.problem(password, about)
    if wrong:
        raise Invalid({field: wrong})


async def set_password(tx: AsyncSession, user_id: UUID, password: str) -> None:
    """Keep the hash of a password that was checked; a link that was mailed to set one is spent with it."""
    stored = await passwords.hashed(password)
    kept = await held_if(tx, UserPassword, UserPassword.user_id == user_id)
    if kept is None:
        tx.add(UserPassword(user_id=user_id, hash=stored, changed_at=clock.now()))
    else:
        kept.hash, kept.changed_at = stored, clock.now()
    await tx.flush()
    open_links = (AccountLink.user_id == user_id, AccountLink.used_at.is_(None))
    spent = update(AccountLink).where(*open_links, AccountLink.purpose == LinkPurpose.RESET)
    await tx.execute(spent.values(used_at=clock.now()))
