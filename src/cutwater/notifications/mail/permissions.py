"""Who may send a mail again, and when."""

from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.grants import Grant
from cutwater.kernel.obstacle import Obstacle
from cutwater.notifications.mail.models import DeliveryState


def to_retry(actor: Actor) -> list[Obstacle]:
    """Whoever looks after the delivery log."""
    return lacking(actor, Grant.NOTIFICATIONS_CONFIGURE, "send mails again")


def why_not_again(state: str) -> list[Obstacle]:
    """A mail that was sent has no text any more."""
    if state != DeliveryState.SENT:
        return []
    return [
        Obstacle(
            code="delivery.sent",
            text="A mail server has taken this mail over; its text is not kept after that.",
            hint="Cause it anew where it came from, such as by a new invitation.",
        )
    ]
