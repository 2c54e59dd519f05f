"""What a release can be and what is known about one: the words every rule about releases is written in."""

from dataclasses import field
from datetime import datetime
from enum import StrEnum

from cutwater.kernel.frozen import frozen


class Status(StrEnum):
    """How far a release is."""

    PLANNING = "PLANNING"
    IN_DEVELOPMENT = "IN_DEVELOPMENT"
    IN_REVIEW = "IN_REVIEW"
    READY_STAGING = "READY_STAGING"
    IN_STAGING = "IN_STAGING"
    STAGING_VERIFIED = "STAGING_VERIFIED"
    READY_PRODUCTION = "READY_PRODUCTION"
    DEPLOYED = "DEPLOYED"
    CANCELLED = "CANCELLED"
    ROLLED_BACK = "ROLLED_BACK"


LABELS: dict[Status, str] = {
    Status.PLANNING: "Planning",
    Status.IN_DEVELOPMENT: "In development",
    Status.IN_REVIEW: "In review",
    Status.READY_STAGING: "Ready for staging",
    Status.IN_STAGING: "In staging",
    Status.STAGING_VERIFIED: "Staging verified",
    Status.READY_PRODUCTION: "Ready for production",
    Status.DEPLOYED: "Deployed",
    Status.CANCELLED: "Cancelled",
    Status.ROLLED_BACK: "Rolled back",
}

PATH: tuple[Status, ...] = tuple(Status)[:8]
ACTIVE: tuple[Status, ...] = PATH[:-1]


def rank(status: Status) -> int:
    """The place of a status on the way to production; -1 for one that has left the way."""
    return PATH.index(status) if status in PATH else -1


class Requirement(StrEnum):
    """What a target can demand of a release before it lets it in."""

    HAS_ITEMS = "HAS_ITEMS"
    ITEMS_DONE = "ITEMS_DONE"
    NOT_BLOCKED_BY_HAND = "NOT_BLOCKED_BY_HAND"
    STAGING_VERIFIED = "STAGING_VERIFIED"
    APPROVALS = "APPROVALS"
    NO_OPEN_BLOCKS = "NO_OPEN_BLOCKS"
    PARTNERS_READY = "PARTNERS_READY"
    ITS_TURN = "ITS_TURN"
    NO_FREEZE = "NO_FREEZE"


class Priority(StrEnum):
    """How much a release matters, least first."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"


class ItemKind(StrEnum):
    """What a release item points at."""

    JIRA_TICKET = "JIRA_TICKET"
    GITHUB_PR = "GITHUB_PR"
    GITLAB_MR = "GITLAB_MR"


class DependencyKind(StrEnum):
    """How one release depends on another."""

    BLOCKS = "BLOCKS"
    SOFT_DEPENDENCY = "SOFT_DEPENDENCY"
    REQUIRES_SYNC = "REQUIRES_SYNC"


class EnvironmentKind(StrEnum):
    """What an environment is for."""

    DEVELOPMENT = "DEVELOPMENT"
    STAGING = "STAGING"
    PRODUCTION = "PRODUCTION"


class Verdict(StrEnum):
    """What a named approver has said so far."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"


class Outcome(StrEnum):
    """How a deployment ended."""

    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    ROLLED_BACK = "ROLLED_BACK"


class Colour(StrEnum):
    """What marks a service wherever it is named."""

    BLUE = "blue"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    VIOLET = "violet"
    TEAL = "teal"
    GREY = "grey"


@frozen
class OpenItem:
    """An item that is neither merged nor done."""

    reference: str
    status: str
    assignee: str = ""


@frozen
class Peer:
    """Another release this one depends on."""

    key: str
    status: Status
    owner: str = ""


@frozen
class ApprovalFact:
    """One named approver and the answer so far."""

    approver: str
    verdict: Verdict


@frozen
class Freeze:
    """A freeze window that is open now."""

    title: str
    environment: str
    environment_kind: EnvironmentKind
    until: datetime


@frozen
class Turn:
    """The member of a sequential group that must be in an environment before this release."""

    environment_kind: EnvironmentKind
    before: Peer


@frozen
class Facts:
    """Everything a move is decided on, read once; the rules ask nothing else."""

    hotfix: bool = False
    was_in_staging: bool = False
    is_blocked_by_hand: bool = False
    blocked_reason: str = ""
    owner: str = ""
    item_count: int = 0
    open_items: tuple[OpenItem, ...] = ()
    blockers: tuple[Peer, ...] = ()
    soft_blockers: tuple[Peer, ...] = ()
    partners: tuple[Peer, ...] = ()
    approvals: tuple[ApprovalFact, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    turns: tuple[Turn, ...] = ()
    switches: dict[tuple[Status, Requirement], bool] = field(default_factory=dict)
    note: str = ""
