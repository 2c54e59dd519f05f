"""People and organizations for the tests, made by the real verbs."""

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.identity import service
from cutwater.identity.models import Organization, UserAccount
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.ids import new_id

PASSWORD = "seven harbour lights"
SECRETS = ["a secret that is long enough for the tests"]


def address(name: str = "ada") -> str:
    """An e-mail nobody has yet."""
    return f"{name}-{new_id().hex[-12:]}@bank.example"


async def person(tx: AsyncSession, name: str = "Ada Lane", email: str = "") -> UserAccount:
    """Somebody with an account and a password."""
    return await service.sign_up(tx, email=email or address(), name=name, password=PASSWORD)


async def found(tx: AsyncSession, name: str = "Harbour Bank") -> tuple[Organization, Actor]:
    """An organization and its owner as the actor; `tx` is inside it afterwards."""
    owner = await person(tx, "Olga Owner")
    organization = await service.create_organization(tx, owner.id, name)
    return organization, await service.act_as(tx, owner.id)


async def member(tx: AsyncSession, actor: Actor, role: str, name: str = "") -> Actor:
    """Somebody more in the actor's organization, as an actor; with PASSWORD as their password."""
    email = address(role.lower())
    account = await service.add_member(
        tx, actor, email=email, name=name or f"{role.title()} Person", role=role, password=PASSWORD
    )
    return await service.act_as(tx, account.id)


async def committed(database: Database, *roles: str) -> tuple[Organization, dict[str, Actor]]:
    """The same, committed: an organization with its owner and one person of each role."""
    async with database.tx(None) as tx:
        organization, owner = await found(tx)
        people = {"OWNER": owner}
        for role in roles:
            people[role] = await member(tx, owner, role)
    return organization, people


async def email_of(database: Database, actor: Actor) -> str:
    """An actor's address."""
    from cutwater.identity import queries

    assert actor.user_id is not None
    return str((await database.reader(actor).first(queries.account(actor.user_id))).email)
