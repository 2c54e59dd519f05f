"""What the HTML forms send, where it differs from the API."""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from cutwater.kernel.wire import Body, IsoDate, Line, Revision, Text
from cutwater.sprints.records import SprintState


class SprintForm(Body):
    """A sprint of our own."""

    name: Annotated[Line, Field(min_length=1, max_length=200)]
    goal: Text = ""
    starts_on: IsoDate | None = None
    ends_on: IsoDate | None = None
    revision: Revision | None = None


class MoveForm(Body):
    """Where a sprint goes."""

    target: SprintState
    revision: Revision | None = None


class IssuesForm(Body):
    """Keys of issues, separated by spaces or commas."""

    issues: Annotated[Text, Field(min_length=1)]


class IssueForm(Body):
    """An issue of our own."""

    title: Annotated[Line, Field(min_length=1)]
    description: Text = ""
    type_name: Annotated[Line, Field(max_length=60)] = "Task"
    status: Annotated[Line, Field(max_length=60)] = "To do"
    priority: Annotated[Line, Field(max_length=60)] = ""
    points: Annotated[Decimal, Field(ge=0, le=1_000_000)] | None = None
    discipline_team: Annotated[Line, Field(max_length=200)] = ""
    assignee_name: Annotated[Line, Field(max_length=200)] = ""
    owner_name: Annotated[Line, Field(max_length=200)] = ""
    parent_key: Annotated[Line, Field(max_length=100)] = ""
    labels: Annotated[Line, Field(max_length=300)] = ""
    is_flagged: bool = False
    sprint: Annotated[Line, Field(max_length=60)] = ""
    revision: Revision | None = None


class MappingForm(Body):
    """Which field plays which role."""

    discipline: Line = ""
    points: Line = ""
    owner: Line = ""
    sprint: Line = ""
    flagged: Line = ""
    revision: Revision | None = None


class ConfirmForm(MappingForm):
    """The confirmed mapping, and where issues that name no sprint go."""

    into_sprint: Annotated[Line, Field(max_length=60)] = ""
    new_sprint: Annotated[Line, Field(max_length=200)] = ""


class SiteForm(Body):
    """A site."""

    name: Annotated[Line, Field(min_length=1, max_length=120)]
    kind: Literal["FILES", "JIRA_CLOUD", "JIRA_SERVER"] = "JIRA_CLOUD"
    url: Line = ""
    revision: Revision | None = None


class UploadForm(Body):
    """Where uploaded files belong; empty means the site of imported files."""

    site: UUID | None = None


class RevisionForm(Body):
    """A verb that needs nothing but the revision that was seen."""

    revision: Revision | None = None
