"""What happens to people, teams and organizations, as the log keeps it: ids, roles and slugs, never names."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, ClassVar
from uuid import UUID

from cutwater.kernel.events import Event, Subject

Changes = Mapping[str, tuple[Any, Any]]


class OfOrganization(Event):
    """About the organization itself."""

    organization_id: UUID
    slug: str

    @property
    def subject(self) -> Subject:
        return Subject("organization", self.organization_id, self.slug)


class OrganizationCreated(OfOrganization):
    name: ClassVar[str] = "organization.created"


class OrganizationChanged(OfOrganization):
    name: ClassVar[str] = "organization.changed"
    was: Mapping[str, str] = field(default_factory=dict)
    now: Mapping[str, str] = field(default_factory=dict)

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return {key: (self.was[key], self.now[key]) for key in self.now}

    def headline(self) -> str:
        return f"changed the organization's {' and '.join(self.now)}"


class OrganizationDeleted(OfOrganization):
    name: ClassVar[str] = "organization.deleted"


class OfMember(Event):
    """About one person's place in the organization."""

    user_id: UUID

    @property
    def subject(self) -> Subject:
        return Subject("member", self.user_id)


class MemberAdded(OfMember):
    name: ClassVar[str] = "member.added"
    role: str
    has_joined: bool = False

    def headline(self) -> str:
        return f"{'joined' if self.has_joined else 'added'} as {self.role.lower()}"


class MemberChanged(OfMember):
    name: ClassVar[str] = "member.changed"
    was: Mapping[str, str] = field(default_factory=dict)
    now: Mapping[str, str] = field(default_factory=dict)

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return {key: (self.was[key], self.now[key]) for key in self.now}

    def headline(self) -> str:
        words = {"role": "the role", "auditor": "the auditor grant"}
        return f"changed {' and '.join(words.get(field, field) for field in self.now)}"


class MemberEnded(OfMember):
    name: ClassVar[str] = "member.ended"
    role: str
    has_left: bool

    def headline(self) -> str:
        return "left the organization" if self.has_left else "deactivated"


class MemberRestored(OfMember):
    name: ClassVar[str] = "member.restored"
    role: str
    has_joined: bool = False

    def headline(self) -> str:
        return f"{'came back' if self.has_joined else 'reactivated'} as {self.role.lower()}"


class OfInvitation(Event):
    """About one invitation."""

    invitation_id: UUID
    role: str

    @property
    def subject(self) -> Subject:
        return Subject("invitation", self.invitation_id)


class InvitationCreated(OfInvitation):
    name: ClassVar[str] = "invitation.created"

    def headline(self) -> str:
        return f"invited as {self.role.lower()}"


class InvitationAccepted(OfInvitation):
    name: ClassVar[str] = "invitation.accepted"
    user_id: UUID

    def headline(self) -> str:
        return f"accepted an invitation as {self.role.lower()}"


class InvitationRevoked(OfInvitation):
    name: ClassVar[str] = "invitation.revoked"

    def headline(self) -> str:
        return "withdrew an invitation"


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
    was: Mapping[str, str] = field(default_factory=dict)
    now: Mapping[str, str] = field(default_factory=dict)

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return {key: (self.was[key], self.now[key]) for key in self.now}

    def headline(self) -> str:
        return f"changed the team's {' and '.join(self.now)}"


class TeamDeleted(OfTeam):
    name: ClassVar[str] = "team.deleted"

    def headline(self) -> str:
        return f"deleted the team {self.slug}"


class TeamMemberAdded(OfTeam):
    name: ClassVar[str] = "team.member_added"
    user_id: UUID
    is_lead: bool

    def headline(self) -> str:
        return "added a lead" if self.is_lead else "added a member"


class TeamMemberRemoved(OfTeam):
    name: ClassVar[str] = "team.member_removed"
    user_id: UUID

    def headline(self) -> str:
        return "removed a member"


class TeamLeadChanged(OfTeam):
    name: ClassVar[str] = "team.lead_changed"
    user_id: UUID
    is_lead: bool

    def headline(self) -> str:
        return "named a lead" if self.is_lead else "made a lead a member again"


class OfApiKey(Event):
    """About one API key."""

    api_key_id: UUID

    @property
    def subject(self) -> Subject:
        return Subject("api_key", self.api_key_id)


class ApiKeyCreated(OfApiKey):
    name: ClassVar[str] = "api_key.created"
    scopes: tuple[str, ...]
    is_service: bool

    def headline(self) -> str:
        return f"made {'a service' if self.is_service else 'an API'} key for {', '.join(self.scopes)}"


class ApiKeyRevoked(OfApiKey):
    name: ClassVar[str] = "api_key.revoked"

    def headline(self) -> str:
        return "revoked an API key"


class OfAccount(Event):
    """About one person's account, in no organization."""

    user_id: UUID

    @property
    def subject(self) -> Subject:
        return Subject("account", self.user_id)


class AccountCreated(OfAccount):
    name: ClassVar[str] = "account.created"


class AccountActivityChanged(OfAccount):
    name: ClassVar[str] = "account.activity_changed"
    is_active: bool

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return {"active": (not self.is_active, self.is_active)}


class PasswordChanged(OfAccount):
    name: ClassVar[str] = "account.password_changed"


class EmailConfirmed(OfAccount):
    name: ClassVar[str] = "account.email_confirmed"


class SessionStarted(OfAccount):
    name: ClassVar[str] = "session.started"
    session_id: UUID

    def headline(self) -> str:
        return "signed in"


class SessionEnded(OfAccount):
    name: ClassVar[str] = "session.ended"
    session_id: UUID

    def headline(self) -> str:
        return "signed out"


class OtherSessionsEnded(OfAccount):
    """All but the one that asked."""

    name: ClassVar[str] = "session.others_ended"

    def headline(self) -> str:
        return "ended every other sign-in"


class RefreshFamilyRevoked(OfAccount):
    """All tokens of one sign-in to the API ended; `reused` when a used one came back."""

    name: ClassVar[str] = "refresh_family.revoked"
    family_id: UUID
    reason: str

    def headline(self) -> str:
        return f"ended an API sign-in ({self.reason})"


class OfLink(Event):
    """About a mailed link; a mail job follows."""

    link_id: UUID
    user_id: UUID

    @property
    def subject(self) -> Subject:
        return Subject("account_link", self.link_id)


class PasswordResetRequested(OfLink):
    name: ClassVar[str] = "password_reset.requested"


class EmailConfirmationRequested(OfLink):
    name: ClassVar[str] = "email_confirmation.requested"
