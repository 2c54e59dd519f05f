"""Members and invitations, as page and API show them."""

from uuid import UUID

from cutwater.identity.members import queries
from cutwater.identity.members.queries import InvitationRow
from cutwater.identity.organizations.queries import PersonRow, person
from cutwater.kernel.errors import NotFound
from cutwater.kernel.reader import Reader


async def member(reader: Reader, user_id: UUID) -> PersonRow:
    """Somebody who is or was in the organization."""
    row = await reader.first(person(user_id, with_ended=True))
    if row is None:
        raise NotFound("This person")
    return row


async def invitation(reader: Reader, id: UUID) -> InvitationRow:
    """One open invitation."""
    row = await reader.first(queries.invitation(id))
    if row is None:
        raise NotFound("This invitation")
    return row
