"""What happens to a person's account, as the log keeps it: ids, never names."""

from typing import ClassVar
from uuid import UUID

from cutwater.kernel.events import Event, Subject


class OfAccount(Event):
    """About one person's account, in no organization. Its revision counts what people change of themselves,
    which the log does not tell."""

    moves_revision: ClassVar[bool] = False
    user_id: UUID

    @property
    def subject(self) -> Subject:
        return Subject("account", self.user_id)


class AccountCreated(OfAccount):
    name: ClassVar[str] = "account.created"


class EmailConfirmed(OfAccount):
    name: ClassVar[str] = "account.email_confirmed"


class OfLink(Event):
    """About a mailed link; a mail job follows."""

    link_id: UUID
    user_id: UUID

    @property
    def subject(self) -> Subject:
        return Subject("account_link", self.link_id)


class EmailConfirmationRequested(OfLink):
    name: ClassVar[str] = "email_confirmation.requested"
