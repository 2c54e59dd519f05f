"""What pages and other modules see of issues."""

from uuid import UUID

from cutwater.kernel.actor import Actor
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import Reader
from cutwater.sprints.core import lifecycle
from cutwater.sprints.issues import permissions
from cutwater.sprints.issues.queries import record
from cutwater.sprints.issues.queries.record import IssueRow


async def issues_in_sprint(reader: Reader, sprint_id: UUID) -> list[UUID]:
    """The ids of the issues that are in a sprint now."""
    return await reader.scalars(record.issues_in_sprint(sprint_id))


def to_edit(issue: IssueRow, actor: Actor) -> list[Obstacle]:
    """Why this person can't change an issue."""
    return permissions.to_write(actor, "change an issue") + lifecycle.imported(issue.is_native)
