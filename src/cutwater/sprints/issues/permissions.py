"""Who may create and edit issues."""

from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.grants import Grant
from cutwater.kernel.obstacle import Obstacle


def to_write(actor: Actor, doing: str) -> list[Obstacle]:
    """Create, change and delete issues made here."""
    return lacking(actor, Grant.ISSUES_WRITE, doing)
