"""Who may change an organization, and what stands between it and its end."""

from cutwater.identity.core.roles import Role
from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.grants import HELD_BY, Grant
from cutwater.kernel.obstacle import Obstacle


def to_update(actor: Actor) -> list[Obstacle]:
    """Rename it, or move its time zone."""
    return lacking(actor, Grant.ORGANIZATION_CONFIGURE, "change the organization")


def to_delete(actor: Actor) -> list[Obstacle]:
    """Take it from everybody."""
    return lacking(actor, Grant.ORGANIZATION_OWN, "delete the organization")


def to_leave(role: str, *, owners: int) -> list[Obstacle]:
    """Anybody may leave, but an organization without an owner could never be handed on."""
    if role != Role.OWNER or owners > 1:
        return []
    return [
        Obstacle(
            code="owner.last",
            text="This is the organization's last owner.",
            hint="Make somebody else an owner first.",
            cleared_by=HELD_BY[Grant.ORGANIZATION_OWN],
        )
    ]
