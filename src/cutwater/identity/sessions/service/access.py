"""The platform's administrators, and whom they shut out."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.identity.accounts import queries
from cutwater.identity.accounts.models import UserAccount
from cutwater.identity.accounts.service import scope
from cutwater.identity.accounts.service.accounts import sign_up
from cutwater.identity.accounts.service.passwords import refuse_weak, set_password
from cutwater.identity.core import accounts
from cutwater.identity.sessions import events
from cutwater.identity.sessions.service import sessions
from cutwater.kernel.actor import Actor, job_actor, lacking
from cutwater.kernel.errors import NotFound, refuse
from cutwater.kernel.grants import Grant
from cutwater.kernel.keyed import held
from cutwater.kernel.reader import SessionReader


async def create_admin(tx: AsyncSession, *, email: str, password: str, name: str) -> UUID:
    """A platform superadmin, for the command line; an existing account is promoted and gets the password."""
    email = accounts.tidy_email(email)
    known = await SessionReader(tx).first(queries.account_by_email(email))
    if known is None:
        id = await sign_up(tx, email=email, name=name, password=password, is_confirmed=True)
    else:
        id = known.id
        refuse_weak(password, (email, name), field="password")
        await scope.enter(tx, user_id=id)
        await set_password(tx, id, password)
    account = await held(tx, UserAccount, id, what="This person")
    account.is_superadmin, account.is_active = True, True
    await tx.flush()
    return id


async def set_account_active(tx: AsyncSession, actor: Actor, user_id: UUID, *, is_active: bool) -> None:
    """Open or shut an account in all organizations; shutting ends every session, token and key of it."""
    refuse(may=lacking(actor, Grant.PLATFORM_MANAGE, "deactivate accounts"))
    async with scope.inside(tx, user_id=user_id):
        account = await held(tx, UserAccount, user_id, what="This person")
        if account.is_active == is_active:
            return
        account.is_active = is_active
        if not is_active:
            await sessions.end_all(tx, user_id, with_keys=True)
        shut_or_opened = events.AccountActivityChanged(user_id=user_id, is_active=is_active)
        await audit.record(tx, actor, shut_or_opened)


async def set_active_by_email(tx: AsyncSession, email: str, *, is_active: bool) -> str:
    """The same for whoever runs the machine, on the command line; gives the person's name."""
    known = await SessionReader(tx).first(queries.account_by_email(accounts.tidy_email(email)))
    if known is None:
        raise NotFound(f"An account with the address {email}")
    operator = replace(job_actor("command line", None), grants=frozenset(Grant))
    await set_account_active(tx, operator, known.id, is_active=is_active)
    return known.name
