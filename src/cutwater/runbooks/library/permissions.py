"""Who may change and publish runbooks."""

from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.grants import Grant
from cutwater.kernel.obstacle import Obstacle


def to_write(actor: Actor, doing: str = "change runbooks") -> list[Obstacle]:
    """Create, edit and import runbooks."""
    return lacking(actor, Grant.RUNBOOKS_WRITE, doing)


def to_publish(actor: Actor) -> list[Obstacle]:
    """Publish a version, which runs are copied from."""
    return lacking(actor, Grant.RUNBOOKS_PUBLISH, "publish a runbook")
