"""The world of the tests: organizations and their people, made by identity's verbs and by nothing else."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.identity import queries, scope, service
from cutwater.identity.models import Team, UserAccount
from cutwater.identity.service import people
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.ids import new_id

PASSWORD = "seven harbour lights"
ROLES = ("OWNER", "ADMIN", "MANAGER", "MEMBER", "VIEWER")
AUDITOR = "AUDITOR"


def address(name: str = "ada") -> str:
    """An e-mail that nobody has yet."""
    return f"{name}-{new_id().hex[-12:]}@bank.example"


async def enter(tx: AsyncSession, actor: Actor) -> None:
    """Put an open transaction into an actor's organization, as Database.tx does for a new one."""
    tx.info["organization"] = ""  # an actor may be in none, and then the transaction is too
    await scope.enter(tx, organization_id=actor.organization_id, user_id=actor.user_id)


async def account(
    tx: AsyncSession, name: str = "Ada Lane", email: str = "", *, is_confirmed: bool = False
) -> UserAccount:
    """Somebody with PASSWORD who is in no organization; a mail asks them to confirm their address."""
    email = email or address()
    return await service.sign_up(tx, email=email, name=name, password=PASSWORD, is_confirmed=is_confirmed)


async def organization(tx: AsyncSession, name: str = "Harbour Bank", *, owner: str = "Olga Owner") -> Actor:
    """A new organization and its owner; `tx` is in it afterwards."""
    founder = await account(tx, owner, is_confirmed=True)
    await service.create_organization(tx, founder.id, name)
    return await service.act_as(tx, founder.id)


async def person(
    tx: AsyncSession, owner: Actor, role: str = "MEMBER", name: str = "", *, teams: Iterable[Team] = ()
) -> Actor:
    """Somebody more in the owner's organization, with PASSWORD; an AUDITOR is a viewer who reads the log."""
    given = "VIEWER" if role == AUDITOR else role
    name = name or f"{role.title()} Person"
    made = await service.add_member(
        tx, owner, email=address(role.lower()), name=name, role=given, password=PASSWORD
    )
    if role == AUDITOR:
        await people.change_member(tx, owner, made.id, is_auditor=True)
    for each in teams:
        await service.add_team_member(tx, owner, each.slug, made.id)
    return await service.act_as(tx, made.id)


async def team(tx: AsyncSession, owner: Actor, name: str) -> Team:
    """A team of the owner's organization, with nobody in it."""
    return await service.create_team(tx, owner, name, kind="operations")


async def organization_in(database: Database, name: str = "Harbour Bank") -> Actor:
    """The owner of a new organization, committed."""
    return (await people_in(database, name=name))["OWNER"]


async def people_in(database: Database, *roles: str, name: str = "Harbour Bank") -> dict[str, Actor]:
    """The owner and one person of each of these roles in a new organization, committed."""
    async with database.tx(None) as tx:
        owner = await organization(tx, name)
        return {"OWNER": owner} | {role: await person(tx, owner, role) for role in roles}


async def email_of(database: Database, actor: Actor) -> str:
    """An actor's address."""
    assert actor.user_id is not None
    return str((await database.reader(actor).first(queries.account(actor.user_id))).email)
