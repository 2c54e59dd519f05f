"""Who may follow what: a topic asks the grant of the page that shows it."""

from collections.abc import Collection

from cutwater.audit.core.sight import needed_for, sight
from cutwater.audit.core.topics import is_own
from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.obstacle import Obstacle


def to_follow(actor: Actor, topics: Collection[str]) -> list[Obstacle]:
    """One obstacle for each topic that the actor may not follow."""
    held = sight(actor.grants)
    asking = {topic: needed_for(topic) for topic in sorted(topics) if not is_own(topic)}
    missing = {topic: grant for topic, grant in asking.items() if grant not in held}
    return [each for topic, grant in missing.items() for each in lacking(actor, grant, f"follow {topic}")]
