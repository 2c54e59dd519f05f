"""What happens to a person's place in the organization, and to invitations: ids and roles, never names."""

from typing import ClassVar
from uuid import UUID

from cutwater.kernel.changes import Changes
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


WORDS = {"role": "the role", "is_auditor": "the auditor grant"}


class MemberChanged(OfMember):
    name: ClassVar[str] = "member.changed"
    changes: Changes

    def headline(self) -> str:
        return f"changed {' and '.join(WORDS.get(field, field) for field in self.changes)}"


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
