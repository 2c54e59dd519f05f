"""What the API takes and gives for releases and what surrounds them."""

import re
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field, StrictBool, model_validator

from cutwater.kernel.wire import Body, IsoDate, Line, Out, Revision, Text
from cutwater.releases import references
from cutwater.releases.facts import (
    DependencyKind,
    EnvironmentKind,
    ItemKind,
    Outcome,
    Priority,
    Status,
    Verdict,
)
from cutwater.releases.lifecycle import Manner

Title = Annotated[Line, Field(min_length=1)]
ShortLine = Annotated[Line, Field(max_length=80)]
Address = Annotated[str, Field(max_length=300, pattern=r"^(https?://[!-~]+)?$")]


def _looking_like_a_reference(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(references.PATTERN, value):
        raise ValueError(references.EXPECTED)
    return value


class ReleaseRead(Out):
    """A release as lists show it. `is_blocked` is derived: by hand, or by the releases of `blocked_by`."""

    id: UUID
    key: str
    title: str
    version: str
    status: Status
    priority: Priority
    hotfix: bool
    owner_id: UUID | None
    sprint_id: UUID | None
    target_date: date | None
    blocked_reason: str | None
    moved_at: datetime
    staging_at: datetime | None
    production_at: datetime | None
    revision: int
    created_at: datetime
    updated_at: datetime
    service_slug: str
    service_name: str
    service_colour: str
    items_total: int
    items_done: int
    blocked_by: list[str]
    is_blocked: bool


class ReleaseDetailRead(ReleaseRead):
    """A release alone, with its description."""

    description: str
    blocked_at: datetime | None
    blocked_by_id: UUID | None


class ReleaseCreate(Body):
    """A new release; it starts in planning."""

    service: Annotated[Line, Field(min_length=1, description="The service's slug or id.")]
    title: Title
    description: Text = ""
    version: ShortLine = ""
    priority: Priority = Priority.MEDIUM
    hotfix: StrictBool = False
    owner_id: UUID | None = None
    sprint: ShortLine = Field(default="", description="The sprint's key.")
    target_date: IsoDate | None = None


class ReleasePatch(Body):
    """The fields to change; what is left out stays. The status moves by `POST …/moves`."""

    service: Annotated[Line, Field(min_length=1)] | None = None
    title: Title | None = None
    description: Text | None = None
    version: ShortLine | None = None
    priority: Priority | None = None
    hotfix: StrictBool | None = None
    owner_id: UUID | None = None
    sprint: ShortLine | None = None
    target_date: IsoDate | None = None

    @model_validator(mode="before")
    @classmethod
    def _no_status(cls, given: Any) -> Any:
        if isinstance(given, dict) and "status" in given:
            raise ValueError("The status is not edited: POST to /releases/{key}/moves.")
        return given

    def changes(self) -> dict[str, Any]:
        """The fields that were given; null clears an owner, a sprint or a date and is ignored elsewhere."""
        return {
            name: value
            for name, value in self.model_dump(exclude_unset=True).items()
            if value is not None or name in ("owner_id", "sprint", "target_date")
        }


class MoveRequest(Body):
    """Where to move a release. `manner` other than PLAIN needs a manager and a note."""

    target: Status
    note: Text = ""
    manner: Manner = Manner.PLAIN
    revision: Revision | None = Field(default=None, description="The revision you saw, if not by If-Match.")


class ObstacleRead(Out):
    """One thing in the way, what would clear it and who can."""

    code: str
    text: str
    hint: str
    cleared_by: str


class MoveOption(Out):
    """A move that the lifecycle knows from here, and everything that is in its way now."""

    target: Status
    move: str
    obstacles: list[ObstacleRead]
    warnings: list[ObstacleRead]


class BlockRequest(Body):
    """Why the release is blocked."""

    reason: Annotated[Text, Field(min_length=1, max_length=2000)]


class ItemRead(Out):
    """A ticket or pull request of a release."""

    id: UUID
    kind: ItemKind
    issue_id: UUID | None
    reference: str
    repository: str
    number: int | None
    url: str
    title: str
    status: str
    is_done: bool
    assignee: str
    synced_at: datetime | None
    sync_error: str
    revision: int
    created_at: datetime


class ItemCreate(Body):
    """An issue key, `acme/api#12`, `acme/api!12`, or an address. An imported issue fills in the rest."""

    reference: Annotated[
        str, Field(max_length=300, pattern=references.PATTERN), BeforeValidator(_looking_like_a_reference)
    ]
    title: Line = ""
    status: ShortLine = ""
    is_done: StrictBool | None = None
    assignee: ShortLine = ""
    url: Address = ""


class ItemPatch(Body):
    """What was typed for an item; items of imported issues follow the issue."""

    title: Line | None = None
    status: ShortLine | None = None
    is_done: StrictBool | None = None
    assignee: ShortLine | None = None
    url: Address | None = None


class DependencyRead(Out):
    """A dependency seen from one release. `is_blocker`: the other release goes first."""

    id: UUID
    kind: DependencyKind
    is_blocker: bool
    peer_id: UUID
    peer_key: str
    peer_title: str
    peer_status: Status
    peer_service_name: str
    revision: int
    created_at: datetime


class DependencyCreate(Body):
    """`blocker` (key or id) must be deployed first, should be, or goes together with this release."""

    blocker: Annotated[Line, Field(min_length=1, max_length=40)]
    kind: DependencyKind = DependencyKind.BLOCKS


class ApprovalRead(Out):
    """A named approver and the answer."""

    id: UUID
    approver_id: UUID
    named_by_id: UUID | None
    verdict: Verdict
    note: str
    decided_at: datetime | None
    revision: int
    created_at: datetime


class ApproverCreate(Body):
    """Whose approval is needed; `reason` when an admin names themself."""

    approver_id: UUID
    reason: Annotated[Text, Field(max_length=2000)] = ""


class DecisionPatch(Body):
    """The approver's answer; a refusal says why."""

    verdict: Verdict
    note: Annotated[Text, Field(max_length=2000)] = ""


class CommentRead(Out):
    """A comment: markdown as typed, and the same as safe HTML."""

    id: UUID
    author_id: UUID | None
    body: str
    html: str
    created_at: datetime
    edited_at: datetime | None
    revision: int


class CommentWrite(Body):
    """A comment in markdown."""

    body: Annotated[Text, Field(min_length=1, max_length=10_000)]


class DeploymentRead(Out):
    """Where and when the release was deployed, by whom or by which step, and how it ended."""

    id: UUID
    environment_name: str
    environment_kind: EnvironmentKind
    version: str
    outcome: Outcome
    deployed_at: datetime
    deployed_by_id: UUID | None
    step_key: str


class ActivityRead(Out):
    """One thing that happened to the release."""

    event_id: int
    at: datetime
    actor_name: str
    actor_kind: str
    name: str
    headline: str
    note: str
    key: str


class ExplainLine(Out):
    """One release on the way down: how it holds up the one above, and what holds it up itself."""

    key: str
    title: str
    status: Status
    owner: str
    depth: int
    relation: str
    next: str = Field(description="The label of the status it would go to next; empty at the end.")
    since: datetime
    causes: list[ObstacleRead]
    is_root_cause: bool
    was_told_above: bool


class ExplainRead(Out):
    """Why a release is not moving."""

    standing: str
    sentence: str
    lines: list[ExplainLine]


class StatsRead(Out):
    """The counts of the dashboard."""

    active: int
    blocked: int
    ready_staging: int
    ready_production: int
    deployed_this_month: int
    overdue: int
