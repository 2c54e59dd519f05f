"""Teams, to choose from or to show."""

from uuid import UUID

from cutwater.identity.teams import queries
from cutwater.kernel.frozen import frozen
from cutwater.kernel.reader import Reader


@frozen
class TeamChoice:
    """A team, to choose from or to show."""

    id: UUID
    slug: str
    name: str
    kind: str
    members: int


async def teams(reader: Reader) -> list[TeamChoice]:
    """The teams, by name."""
    return [
        TeamChoice(id=row.id, slug=row.slug, name=row.name, kind=row.kind, members=row.members)
        for row in await reader.all(queries.teams())
    ]
