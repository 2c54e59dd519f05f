"""The people of an organization, to choose from or to show."""

from dataclasses import fields
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.identity.accounts.models import UserAccount
from cutwater.identity.organizations import queries
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


async def people(reader: Reader, called: str = "", most: int | None = None) -> list[PersonChoice]:
    """The active members, by name; all, or those whose name, address or user name contains the words."""
    return [_person(row) for row in await reader.all(queries.searched(queries.people(), called).limit(most))]


async def person_in_organization(tx: AsyncSession, user_id: UUID) -> PersonChoice:
    """An active member of the transaction's organization; NotFound for anybody else."""
    row = (await tx.execute(queries.people().where(UserAccount.id == user_id))).one_or_none()
    if row is None:
        raise NotFound("This person")
    return _person(row)


def _person(row: object) -> PersonChoice:
    known = {field.name: getattr(row, field.name) for field in fields(PersonChoice)}
    return PersonChoice(**known)
