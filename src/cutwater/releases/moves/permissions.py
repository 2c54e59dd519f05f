"""Who may move a release, by the rules and past them."""

from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.grants import Grant
from cutwater.kernel.obstacle import Obstacle
from cutwater.releases.core.lifecycle import Manner
from cutwater.releases.records.permissions import to_contribute

DOING = {Manner.FORCED: "force a move", Manner.FREEZE_OVERRIDDEN: "override a freeze"}


def to_move(actor: Actor, manner: Manner = Manner.PLAIN) -> list[Obstacle]:
    """Move a release; past the rules only managers may."""
    if manner is Manner.PLAIN:
        return to_contribute(actor, "move a release")
    return lacking(actor, Grant.RELEASES_FORCE, DOING[manner])
