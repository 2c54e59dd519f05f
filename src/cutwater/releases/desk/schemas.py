"""What the API takes and gives for releases."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictBool, model_validator

from cutwater.kernel.wire import Body, IsoDate, Line, Out, Text
from cutwater.releases.core.facts import Priority, Status

Title = Annotated[Line, Field(min_length=1)]
ShortLine = Annotated[Line, Field(max_length=80)]
CLEARABLE = frozenset({"owner_id", "sprint", "target_date"})


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
    def _no_status(cls, given: object) -> object:
        if isinstance(given, dict) and "status" in given:
            raise ValueError("The status is not edited: POST to /releases/{key}/moves.")
        return given

    def edits(self) -> dict[str, object]:
        """The fields that were given; null clears an owner, a sprint or a date and is ignored elsewhere."""
        given = self.model_dump(exclude_unset=True)
        return {name: value for name, value in given.items() if value is not None or name in CLEARABLE}


class BlockRequest(Body):
    """Why the release is blocked."""

    reason: Annotated[Text, Field(min_length=1, max_length=2000)]


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


class StatsRead(Out):
    """The counts of the dashboard."""

    active: int
    blocked: int
    ready_staging: int
    ready_production: int
    deployed_this_month: int
    overdue: int
