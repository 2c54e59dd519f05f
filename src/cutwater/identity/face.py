"""What other modules may ask identity."""

from collections.abc import Iterable
from dataclasses import fields
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.identity import queries
from cutwater.identity.models import UserAccount
from cutwater.identity.queries import lookups
from cutwater.kernel.errors import NotFound
from cutwater.kernel.frozen import frozen
from cutwater.kernel.reader import Reader


@frozen
class PersonChoice:
    """A member, to choose from or to show."""

    id: UUID
    name: str
    email: str
    role: str
    username: str


@frozen
class TeamChoice:
    """A team, to choose from or to show."""

    id: UUID
    slug: str
    name: str
    kind: str
    members: int


async def names(reader: Reader, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Names of people, API keys, teams and invitations by id; what may not be seen here is left out."""
    wanted = {id for id in ids if id is not None}
    if not wanted:
        return {}
    return {row.id: row.name for row in await reader.all(lookups.names_of(wanted))}


async def people(reader: Reader, called: str = "", most: int | None = None) -> list[PersonChoice]:
    """The active members, by name; all, or those whose name, address or user name contains the words."""
    return [_person(row) for row in await reader.all(queries.searched(queries.people(), called).limit(most))]


async def teams(reader: Reader) -> list[TeamChoice]:
    """The teams, by name."""
    return [
        TeamChoice(id=row.id, slug=row.slug, name=row.name, kind=row.kind, members=row.members)
        for row in await reader.all(queries.teams())
    ]


async def person_in_organization(tx: AsyncSession, user_id: UUID) -> PersonChoice:
    """An active member of the transaction's organization; NotFound for anybody else."""
    row = (await tx.execute(queries.people().where(UserAccount.id == user_id))).one_or_none()
    if row is None:
        raise NotFound("This person")
    return _person(row)


def _person(row: object) -> PersonChoice:
    known = {field.name: getattr(row, field.name) for field in fields(PersonChoice)}
    return PersonChoice(**known)
