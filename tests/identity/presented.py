"""Who the database says somebody is, by what they present; and what the log has of them."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.identity.accounts.models import UserAccount
from cutwater.identity.accounts.service.scope import person_actor
from cutwater.identity.core.tokens import read_access
from cutwater.identity.sessions.service.access import create_admin
from cutwater.identity.sessions.service.authentication import Presented, find_actor
from cutwater.kernel import clock, crypto
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.keyed import held
from tests import world
from tests.serving import SETTINGS
from tests.world import PASSWORD

PLATFORM = UUID(int=0)


async def by_cookie(database: Database, token: str, slug: str | None = None) -> Actor | None:
    return await find_actor(database, Presented(session_hash=crypto.fingerprint(token), slug=slug))


async def administrator(tx: AsyncSession) -> Actor:
    """A superadmin of the platform, who goes on in this transaction."""
    id = await create_admin(tx, email=world.address(), password=PASSWORD, name="Sue")
    return person_actor(await held(tx, UserAccount, id, what="Sue"))


async def by_bearer(database: Database, token: str) -> Actor | None:
    access = read_access(SETTINGS.secrets, token, clock.now())
    return await find_actor(database, Presented(access=access)) if access else None


async def by_key(database: Database, secret: str) -> Actor | None:
    return await find_actor(database, Presented(key_hash=crypto.fingerprint(secret)))


async def names_in_log(database: Database, actor: Actor) -> list[str]:
    """What the organization's log says of getting in and out."""
    logged = "select name from event_log where subject_kind = 'account' order by id"
    async with database.tx(actor) as tx:
        return list((await tx.scalars(text(logged))).all())
