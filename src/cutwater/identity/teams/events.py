"""What happens to a team and to who is in it."""

from typing import ClassVar
from uuid import UUID

from cutwater.kernel.changes import Changes
from cutwater.kernel.events import Event, Subject


class OfTeam(Event):
    """About one team."""

    team_id: UUID
    slug: str

    @property
    def subject(self) -> Subject:
        return Subject("team", self.team_id, self.slug)


class TeamCreated(OfTeam):
    name: ClassVar[str] = "team.created"
    kind: str

    def headline(self) -> str:
        return f"created the {self.kind} team {self.slug}"


class TeamChanged(OfTeam):
    name: ClassVar[str] = "team.changed"
    changes: Changes

    def headline(self) -> str:
        return f"changed the team's {self.changes.words()}"


class TeamDeleted(OfTeam):
    name: ClassVar[str] = "team.deleted"

    def headline(self) -> str:
        return f"deleted the team {self.slug}"


class TeamMemberAdded(OfTeam):
    name: ClassVar[str] = "team.member_added"
    moves_revision: ClassVar[bool] = False
    user_id: UUID
    is_lead: bool

    def headline(self) -> str:
        return "added a lead" if self.is_lead else "added a member"


class TeamMemberRemoved(OfTeam):
    name: ClassVar[str] = "team.member_removed"
    moves_revision: ClassVar[bool] = False
    user_id: UUID

    def headline(self) -> str:
        return "removed a member"


class TeamLeadChanged(OfTeam):
    name: ClassVar[str] = "team.lead_changed"
    moves_revision: ClassVar[bool] = False
    user_id: UUID
    is_lead: bool

    def headline(self) -> str:
        return "named a lead" if self.is_lead else "made a lead a member again"
