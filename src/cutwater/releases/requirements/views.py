"""What each status demands here, as page and API show it."""

from collections.abc import Mapping

from cutwater.kernel.frozen import frozen
from cutwater.kernel.reader import Reader
from cutwater.releases.core.facts import Requirement, Status
from cutwater.releases.core.lifecycle import REQUIREMENTS
from cutwater.releases.core.requirements import SENTENCES
from cutwater.releases.requirements import queries


@frozen
class Demand:
    """One requirement of one target: whether it is demanded here, and by default."""

    target: Status
    requirement: Requirement
    sentence: str
    is_on: bool
    is_default: bool


async def demands(reader: Reader) -> list[Demand]:
    """Every requirement that a target can have, target by target."""
    switched = await queries.switches(reader)
    return [
        _demand(target, requirement, switched)
        for target, demanded in REQUIREMENTS.items()
        for requirement in demanded
    ]


async def demand(reader: Reader, target: Status, requirement: Requirement) -> Demand:
    """One of them."""
    return _demand(target, requirement, await queries.switches(reader))


def _demand(
    target: Status, requirement: Requirement, switched: Mapping[tuple[Status, Requirement], bool]
) -> Demand:
    default = REQUIREMENTS[target][requirement]
    return Demand(
        target=target,
        requirement=requirement,
        sentence=SENTENCES[requirement],
        is_on=switched.get((target, requirement), default),
        is_default=default,
    )
