"""The world of the tests, built by the real verbs."""

from sqlalchemy import Column, Table, Uuid, text
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit, wiring
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Base, Database
from cutwater.kernel.grants import IN_ORGANIZATION
from cutwater.kernel.ids import new_id
from cutwater.kernel.limits import Limiter
from cutwater.kernel.settings import Settings
from cutwater.runtime import Runtime

if "organization" not in wiring.tables().tables:
    Table("organization", Base.metadata, Column("id", Uuid, primary_key=True))


async def enter(tx: AsyncSession, actor: Actor) -> None:
    """Put an open transaction into an actor's organization, as Database.tx does for a new one."""
    tx.info.update(organization=str(actor.organization_id or ""), user=str(actor.user_id or ""))
    scope = text("select set_config('app.organization', :o, true), set_config('app.user', :u, true)")
    await tx.execute(scope, {"o": tx.info["organization"], "u": tx.info["user"]})


async def organization(tx: AsyncSession, name: str = "Harbour Bank") -> Actor:
    """A new organization and its owner; `tx` is in it afterwards."""
    found = new_id()
    actor = Actor(
        kind="user",
        id=new_id(),
        name="Olga Owner",
        organization_id=found,
        organization=f"org-{found.hex[-8:]}",
        organization_name=name,
        role="OWNER",
        grants=IN_ORGANIZATION,
        user_id=new_id(),
    )
    await enter(tx, actor)
    known = {"id": found, "user": actor.user_id, "name": name, "slug": actor.organization}
    await tx.execute(text("insert into organization (id, name, slug) values (:id, :name, :slug)"), known)
    person = (
        "insert into user_account (id, name, email, username) values (:user, 'Olga Owner', :mail, :login)"
    )
    await tx.execute(text(person), known | {"mail": f"{found.hex}@test.example", "login": found.hex})
    membership = "insert into membership (id, user_id, role) values (:user, :user, 'OWNER')"
    await tx.execute(text(membership), known)
    return actor


async def organization_in(database: Database, name: str = "Harbour Bank") -> Actor:
    """The same, committed in a database of one's own."""
    async with database.tx(None) as tx:
        return await organization(tx, name)


def runtime(database: Database) -> Runtime:
    """What a process would run on, over a test's database."""
    return Runtime(
        settings=Settings(worker=False),
        database=database,
        queue_conninfo=database.conninfo,
        queue_role="cutwater_worker",
        limiter=Limiter(),
        hub=audit.Hub(database, secrets=["s" * 32]),
    )
