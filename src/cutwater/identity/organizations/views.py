"""The organization one is in, and its people, to choose from or to show."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.identity.organizations import queries
from cutwater.identity.organizations.queries import OrganizationRow, PersonRow
from cutwater.kernel.errors import NotFound
from cutwater.kernel.reader import Reader, SessionReader


async def organization(reader: Reader) -> OrganizationRow:
    """The organization one is in."""
    row = await reader.first(queries.organization())
    if row is None:
        raise NotFound("This organization")
    return row


async def people(reader: Reader, called: str = "", most: int | None = None) -> list[PersonRow]:
    """The active members, by name; all, or those whose name, address or user name contains the words."""
    return await reader.all(queries.find_people(called).limit(most))


async def person_in_organization(tx: AsyncSession, user_id: UUID) -> PersonRow:
    """An active member of the transaction's organization; NotFound for anybody else."""
    row = await SessionReader(tx).first(queries.person(user_id))
    if row is None:
        raise NotFound("This person")
    return row
