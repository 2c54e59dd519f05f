"""What the API takes and gives."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import Field, PlainSerializer

from cutwater.kernel.wire import Body, Int, IsoDate, Line, Out, Text
from cutwater.sprints.records import Category, SprintState


def _plain_number(value: Decimal) -> float:
    return float(value)


Points = Annotated[Decimal, PlainSerializer(_plain_number, return_type=float)]
PointsIn = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Words = Annotated[Text, Query(max_length=2000)]
Sort = Annotated[str, Query(max_length=30, pattern=r"^(-?[a-z_]+)?$", description="A column, or -column.")]


class SiteBody(Body):
    """A site to add."""

    name: Annotated[Line, Field(min_length=1, max_length=120)]
    kind: Literal["FILES", "JIRA_CLOUD", "JIRA_SERVER"]
    url: Line = ""


class SiteChange(Body):
    """A site's new name and address."""

    name: Annotated[Line, Field(min_length=1, max_length=120)]
    url: Line = ""


class SiteRead(Out):
    """A site."""

    id: UUID
    name: str
    kind: str
    url: str
    revision: int
    issues: int = 0
    synced_at: datetime | None = None


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


class SprintListed(SprintRead):
    """A sprint in the list, with its counts (sub-tasks out)."""

    site_name: str
    board_name: str | None
    issues: int
    done: int
    estimated: int
    points: Points | None


class TallyRead(Out):
    """Counts of some issues."""

    issues: int
    points: Points
    estimated: int
    average: Points | None
    done_issues: int
    done_points: Points
    blocked: int


class LineRead(Out):
    """One value of a dimension; `query` finds its issues."""

    value: str
    label: str
    query: str
    share: Points
    points_share: Points | None
    tally: TallyRead


class GapRead(Out):
    """How complete a field is."""

    field: str
    label: str
    total: int
    missing: int
    text: str
    query: str
    effect: str
    spoils: str


class TermRead(Out):
    """One reason of the health."""

    name: str
    level: str
    text: str
    limits: str


class AnalysisRead(Out):
    """A sprint in figures, with how complete and how fresh they are."""

    sprint: str
    subtasks_counted: bool
    subtasks: int
    total: TallyRead
    stakeholders: int
    by_owner: int
    by_reporter: int
    coverage: list[GapRead]
    health: str
    health_terms: list[TermRead]
    lines: dict[str, list[LineRead]]
    as_of: datetime
    fresh_at: datetime | None
    source: str


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


class MappingBody(Body):
    """Which field plays which role; an empty text means none."""

    discipline: Line = ""
    points: Line = ""
    owner: Line = ""
    sprint: Line = ""
    flagged: Line = ""


class MappingConfirm(MappingBody):
    """A mapping to confirm, with the score of each priority."""

    project: Annotated[Line, Field(max_length=100)] = ""
    priority_scale: Annotated[
        dict[Annotated[Line, Field(max_length=100)], Annotated[Int, Field(ge=0, le=100)]],
        Field(max_length=50),
    ] = {}


class MappingRead(Out):
    """A confirmed mapping."""

    id: UUID
    site_id: UUID
    site_name: str
    project: str | None
    discipline: str
    points: str
    owner: str
    sprint: str
    flagged: str
    priority_scale: dict[str, int]
    confirmed_at: datetime | None
    revision: int


class ImportConfirm(MappingBody):
    """The confirmed mapping, and the sprint for the issues: an existing one or a new one's name."""

    into_sprint: Annotated[Line, Field(max_length=60)] = ""
    new_sprint: Annotated[Line, Field(max_length=200)] = ""


class ImportListed(Out):
    """An import."""

    id: UUID
    key: str
    state: str
    site_id: UUID
    site_name: str
    sprint_key: str | None
    contents: list[dict[str, Any]]
    counts: dict[str, int]
    failure: str
    created_at: datetime
    read_at: datetime | None
    applied_at: datetime | None
    revision: int


class ImportRead(ImportListed):
    """An import with everything it found."""

    mapping: dict[str, str]
    choices: dict[str, Any]
    coverage: list[dict[str, Any]]
    oddities: list[dict[str, Any]]
