"""What happens as people get in and out."""

from typing import ClassVar
from uuid import UUID

from cutwater.identity.accounts.events import OfAccount, OfLink
from cutwater.kernel.changes import Changes, moved


class AccountActivityChanged(OfAccount):
    name: ClassVar[str] = "account.activity_changed"
    is_active: bool

    @property
    def changes(self) -> Changes:
        return moved("active", not self.is_active, self.is_active)


class PasswordChanged(OfAccount):
    name: ClassVar[str] = "account.password_changed"


class PasswordResetRequested(OfLink):
    name: ClassVar[str] = "password_reset.requested"


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
    """All tokens of one sign-in to the API ended; `reason` says why."""

    name: ClassVar[str] = "refresh_family.revoked"
    family_id: UUID
    reason: str

    def headline(self) -> str:
        return f"ended an API sign-in ({self.reason})"
