"""Who may see and change releases, and what routes ask of everybody."""

from cutwater.kernel.actor import Actor, lacking, needs
from cutwater.kernel.grants import Grant
from cutwater.kernel.obstacle import Obstacle

MAY_READ = needs(Grant.RELEASES_READ, "see releases")
MAY_CHANGE = needs(Grant.RELEASES_WRITE, "change releases")


def to_contribute(actor: Actor, doing: str = "change releases") -> list[Obstacle]:
    """Create and edit releases, items, dependencies and comments."""
    return lacking(actor, Grant.RELEASES_WRITE, doing)
