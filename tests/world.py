"""The world of the tests: organizations and their people, made by identity's verbs and by nothing else."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.identity.accounts import queries
from cutwater.identity.accounts.queries import AccountRow
from cutwater.identity.accounts.service import scope
from cutwater.identity.accounts.service.accounts import sign_up
from cutwater.identity.members.service.members import act_as, add_member, update_member
from cutwater.identity.organizations.service import create_organization
from cutwater.identity.teams.queries import TeamRow
from cutwater.identity.teams.service import add_team_member, create_team
from cutwater.identity.teams.views import team as team_row
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.ids import new_id
from cutwater.kernel.reader import SessionReader

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
) -> AccountRow:
    """Somebody with PASSWORD who is in no organization; a mail asks them to confirm their address."""
    email = email or address()
    id = await sign_up(tx, email=email, name=name, password=PASSWORD, is_confirmed=is_confirmed)
    made = await SessionReader(tx).first(queries.account(id))
    assert made is not None
    return made


async def organization(tx: AsyncSession, name: str = "Harbour Bank", *, owner: str = "Olga Owner") -> Actor:
    """A new organization and its owner; `tx` is in it afterwards."""
    founder = await account(tx, owner, is_confirmed=True)
    await create_organization(tx, founder.id, name)
    return await act_as(tx, founder.id)


async def person(
    tx: AsyncSession, owner: Actor, role: str = "MEMBER", name: str = "", *, teams: Iterable[TeamRow] = ()
) -> Actor:
    """Somebody more in the owner's organization, with PASSWORD; an AUDITOR is a viewer who reads the log."""
    given = "VIEWER" if role == AUDITOR else role
    name = name or f"{role.title()} Person"
    user_id = await add_member(
        tx, owner, email=address(role.lower()), name=name, role=given, password=PASSWORD
    )
    if role == AUDITOR:
        await update_member(tx, owner, user_id, is_auditor=True)
    for each in teams:
        await add_team_member(tx, owner, each.slug, user_id)
    return await act_as(tx, user_id)


async def team(tx: AsyncSession, owner: Actor, name: str) -> TeamRow:
    """A team of the owner's organization, with nobody in it."""
    created = await create_team(tx, owner, name, kind="operations")
    return await team_row(SessionReader(tx), created.slug)


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
    account = await database.reader(actor).first(queries.account(actor.user_id))
    assert account is not None
    return account.email
