"""The small vocabularies of runbooks and runs."""

from collections.abc import Mapping
from enum import StrEnum

from cutwater.kernel.frozen import frozen


class VersionState(StrEnum):
    """A version is worked on, then published, and immutable from then on."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"


class ImportState(StrEnum):
    """An uploaded worksheet is looked at until it is applied."""

    UPLOADED = "UPLOADED"
    APPLIED = "APPLIED"


class Communications(StrEnum):
    """Whether a run writes to people: not at all, to the tester alone, or for real."""

    OFF = "OFF"
    TEST = "TEST"
    ON = "ON"


class DeployState(StrEnum):
    """What became of the release that a step puts live."""

    NONE = "NONE"
    QUEUED = "QUEUED"
    DEPLOYED = "DEPLOYED"
    REFUSED = "REFUSED"
    REHEARSED = "REHEARSED"


@frozen
class RunType:
    """A kind of iteration: its short form in keys, and whether it is a rehearsal unless told otherwise."""

    label: str
    short: str
    is_rehearsal: bool


RUN_TYPES: Mapping[str, RunType] = {
    "RUN": RunType(label="Rehearsal run", short="RUN", is_rehearsal=True),
    "DR": RunType(label="Dress rehearsal", short="DR", is_rehearsal=True),
    "CUTOVER": RunType(label="Cutover", short="CUT", is_rehearsal=False),
}


@frozen
class StepType:
    """A kind of step, and the tone it is drawn in."""

    label: str
    tone: str


STEP_TYPES: Mapping[str, StepType] = {
    "TRT": StepType(label="Treatment", tone="accent"),
    "PRE": StepType(label="Preparation", tone="neutral"),
    "CHK": StepType(label="Check", tone="good"),
    "DUM": StepType(label="Dump or restore", tone="violet"),
    "SYS": StepType(label="System", tone="info"),
    "BUS": StepType(label="Business", tone="warn"),
    "IGO": StepType(label="IT go", tone="bad"),
    "BGO": StepType(label="Business go", tone="bad"),
    "GON": StepType(label="Go or no-go", tone="bad"),
}
DEFAULT_STEP_TYPE = "TRT"
