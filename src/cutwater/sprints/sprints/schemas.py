"""What the API takes and gives of sprints."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from cutwater.kernel.wire import Body, IsoDate, Line, Out, Text
from cutwater.sprints.core.facts import SprintState


class SprintBody(Body):
    """A sprint of our own."""

    name: Annotated[Line, Field(min_length=1, max_length=200)]
    goal: Text = ""
    starts_on: IsoDate | None = None
    ends_on: IsoDate | None = None


class SprintMove(Body):
    """Where a sprint goes."""

    target: SprintState


class SprintIssues(Body):
    """Issues to put into a sprint, by key."""

    issues: Annotated[list[Line], Field(min_length=1, max_length=500)]


class SprintRead(Out):
    """A sprint."""

    id: UUID
    key: str
    name: str
    goal: str
    state: str
    starts_on: date | None
    ends_on: date | None
    started_at: datetime | None
    completed_at: datetime | None
    synced_at: datetime | None
    external_id: str | None
    site_id: UUID
    revision: int
