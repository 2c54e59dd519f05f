"""What telling people needs of the world outside; `integrations` fulfils it."""

from typing import Protocol

from cutwater.kernel.frozen import frozen


@frozen
class Letter:
    """One mail, ready to go. `message_id` is the same at every attempt, so that a repeat is recognized."""

    recipient: str
    subject: str
    text: str
    html: str
    message_id: str


class MailNotTaken(Exception):
    """The mail server did not take the letter over; `is_final` when trying again cannot help."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_final = is_final


class Mailer(Protocol):
    """A way to send mail. Without one, mail is kept for the administrators to read."""

    async def send(self, letter: Letter) -> None:
        """Hand the letter to a mail server; MailNotTaken when it was not taken over."""
        ...
