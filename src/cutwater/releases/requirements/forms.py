"""The switch of a requirement."""

from cutwater.kernel.wire import Body
from cutwater.releases.core.facts import Requirement, Status


class SwitchForm(Body):
    """Switch one requirement of one target."""

    target: Status
    requirement: Requirement
    is_on: bool = False
