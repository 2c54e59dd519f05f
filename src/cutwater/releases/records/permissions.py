"""Who may change releases."""

from cutwater.kernel.actor import Actor, lacking, needs
from cutwater.kernel.grants import Grant
from cutwater.kernel.obstacle import Obstacle


def to_contribute(actor: Actor, doing: str = "change releases") -> list[Obstacle]:
    """Create and edit releases, items, dependencies and comments."""
    return lacking(actor, Grant.RELEASES_WRITE, doing)


MAY_READ = needs(Grant.RELEASES_READ, "see releases")
MAY_CHANGE = needs(Grant.RELEASES_WRITE, "change releases")
