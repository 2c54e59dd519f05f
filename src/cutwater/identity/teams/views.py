"""Teams and who is in them, to choose from or to show."""

from uuid import UUID

from cutwater.identity.teams import queries
from cutwater.identity.teams.queries import TeamMemberRow, TeamRow
from cutwater.kernel.errors import NotFound
from cutwater.kernel.reader import Reader


async def all_teams(reader: Reader) -> list[TeamRow]:
    """The teams, by name."""
    return await reader.all(queries.teams())


async def team(reader: Reader, slug_or_id: str) -> TeamRow:
    """One team by its slug or id."""
    row = await reader.first(queries.team(slug_or_id))
    if row is None:
        raise NotFound("This team")
    return row


async def team_member(reader: Reader, slug_or_id: str, user_id: UUID) -> TeamMemberRow:
    """Somebody in a team."""
    row = await reader.first(queries.team_member(slug_or_id, user_id))
    if row is None:
        raise NotFound("This member of the team")
    return row
