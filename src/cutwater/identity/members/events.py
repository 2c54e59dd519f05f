"""What happens to a person's place in the organization, and to invitations: ids and roles, never names."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, ClassVar
from uuid import UUID

from cutwater.kernel.events import Event, Subject


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
