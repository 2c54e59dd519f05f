"""What the API takes and gives for requirements."""

from pydantic import StrictBool

from cutwater.kernel.wire import Body, Out
from cutwater.releases.core.facts import Requirement, Status


class RequirementRead(Out):
    """One requirement of one target: whether it is demanded here, and by default."""

    target: Status
    requirement: Requirement
    sentence: str
    is_on: bool
    is_default: bool


class RequirementPut(Body):
    """Whether to demand it."""

    is_on: StrictBool
