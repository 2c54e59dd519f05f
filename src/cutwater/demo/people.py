"""The bank's people, in their teams and roles."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import identity
from cutwater.demo import bank
from cutwater.identity.members.service.members import update_member
from cutwater.kernel.actor import Actor

# who can sign in; the others have no password until they ask for one by mail
KNOWN = ("Olga Owens", "Adrian Kessler", "Priya Raman", "Jonas Weber", "Vera Auditor")


async def found(tx: AsyncSession) -> Actor:
    """Sign the owner up, found the organization and settle everybody in it; gives the owner."""
    owner = bank.OWNER
    person_id = await identity.sign_up(
        tx, email=owner.email, name=owner.name, password=bank.PASSWORD, zone=bank.ZONE, is_confirmed=True
    )
    await identity.create_organization(tx, person_id, bank.ORGANIZATION, slug=bank.SLUG, zone=bank.ZONE)
    return await identity.act_as(tx, person_id)


async def settle(tx: AsyncSession, actor: Actor) -> dict[str, UUID]:
    """Everybody else, and the teams; gives people's ids by name."""
    ids = {actor.name: _id(actor)}
    for person in bank.PEOPLE[1:]:
        password = bank.PASSWORD if person.name in KNOWN else ""
        ids[person.name] = await identity.add_member(
            tx, actor, email=person.email, name=person.name, role=person.role, password=password
        )
        if "Auditor" in person.name:
            await update_member(tx, actor, ids[person.name], is_auditor=True)
    for slug, name, kind in bank.TEAMS:
        members = [person for person in bank.PEOPLE if person.team == slug]
        await identity.create_team(
            tx,
            actor,
            name,
            slug=slug,
            kind=kind,
            members=[ids[person.name] for person in members],
            leads=[ids[person.name] for person in members if person.lead],
        )
    return ids


def _id(actor: Actor) -> UUID:
    if actor.user_id is None:
        raise RuntimeError("only a person can found an organization")
    return actor.user_id
