"""What stands between an organization and its end."""

from cutwater.kernel.grants import HELD_BY, Grant
from cutwater.kernel.obstacle import Obstacle


def last_owner() -> Obstacle:
    """An organization without an owner could never be handed on."""
    return Obstacle(
        code="owner.last",
        text="This is the organization's last owner.",
        hint="Make somebody else an owner first.",
        cleared_by=HELD_BY[Grant.ORGANIZATION_OWN],
    )
