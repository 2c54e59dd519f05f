"""What the API takes and gives of issues."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field, PlainSerializer

from cutwater.kernel.wire import Body, Line, Out, Text
from cutwater.sprints.core.facts import Category


def _plain_number(value: Decimal) -> float:
    return float(value)


Points = Annotated[Decimal, PlainSerializer(_plain_number, return_type=float)]
PointsIn = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Words = Annotated[Text, Query(max_length=2000)]
Sort = Annotated[str, Query(max_length=30, pattern=r"^(-?[a-z_]+)?$", description="A column, or -column.")]


class IssueBody(Body):
    """An issue of our own."""

    title: Annotated[Line, Field(min_length=1)]
    description: Text = ""
    type_name: Annotated[Line, Field(max_length=60)] = "Task"
    status: Annotated[Line, Field(max_length=60)] = "To do"
    stage: Category | None = None
    priority: Annotated[Line, Field(max_length=60)] | None = None
    points: PointsIn | None = None
    discipline_team: Annotated[Line, Field(max_length=200)] | None = None
    assignee_name: Annotated[Line, Field(max_length=200)] | None = None
    owner_name: Annotated[Line, Field(max_length=200)] | None = None
    parent_key: Annotated[Line, Field(max_length=100)] | None = None
    is_flagged: bool = False
    labels: Annotated[list[Annotated[Line, Field(max_length=100)]], Field(max_length=50)] = []


class NewIssueBody(IssueBody):
    """An issue to make, in a sprint of our own if one is named."""

    sprint: Annotated[Line, Field(max_length=60)] = ""


class IssueListed(Out):
    """An issue in the list."""

    id: UUID
    key: str
    site_id: UUID
    title: str
    type_name: str
    is_subtask: bool
    status: str
    status_category: str
    priority: str | None
    points: Points | None
    discipline_team: str | None
    assignee_name: str | None
    stakeholder: str | None
    is_flagged: bool
    is_blocked: bool
    sprint_key: str | None
    source_updated_at: datetime | None
    revision: int


class ChangeRead(Out):
    """One entry of an issue's history."""

    at: datetime
    author_name: str | None
    field: str
    was: str | None
    became: str | None


class LinkRead(Out):
    """A link as seen from the issue."""

    label: str
    is_blocker: bool
    other_key: str
    other_title: str
    other_category: str


class IssueRead(Out):
    """One issue, whole."""

    id: UUID
    key: str
    site_id: UUID
    site_name: str
    external_id: str | None
    title: str
    description: str
    type_name: str
    is_subtask: bool
    status: str
    status_category: str
    priority: str | None
    points: Points | None
    discipline_team: str | None
    reporter_name: str | None
    owner_name: str | None
    assignee_name: str | None
    is_flagged: bool
    is_blocked: bool
    parent_key: str | None
    labels: list[str]
    source_created_at: datetime | None
    source_updated_at: datetime | None
    resolved_at: datetime | None
    done_at: datetime | None
    done_source: str | None
    synced_at: datetime | None
    revision: int


class IssueWhole(IssueRead):
    """One issue with its history, links and sprints."""

    changes: list[ChangeRead]
    links: list[LinkRead]
    sprints: list[str]
    children: list[str]
