"""The forms of the pages, where they differ from the API's bodies."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from cutwater.kernel.wire import Body, Line, Text
from cutwater.releases.facts import DependencyKind, EnvironmentKind, Priority, Requirement, Status, Verdict
from cutwater.releases.lifecycle import Manner

Title = Annotated[Line, Field(min_length=1)]
Short = Annotated[Line, Field(max_length=80)]
Name = Annotated[Line, Field(min_length=1, max_length=80)]
Slug = Annotated[Line, Field(max_length=40)]
Note = Annotated[Text, Field(max_length=2000)]
Address = Annotated[str, Field(max_length=300, pattern=r"^(https?://[!-~]+)?$")]


class ReleaseForm(Body):
    """Create and edit a release."""

    service: Annotated[Line, Field(min_length=1)]
    title: Title
    description: Text = ""
    version: Short = ""
    priority: Priority = Priority.MEDIUM
    hotfix: bool = False
    owner_id: UUID | None = None
    sprint: Short = ""
    target_date: date | None = None
    revision: int | None = None


class MoveForm(Body):
    """A move, by a button or from the board."""

    target: Status
    note: Note = ""
    manner: Manner = Manner.PLAIN
    revision: int | None = None


class ReasonForm(Body):
    """A block, a removal: why, and which revision was seen."""

    reason: Note = ""
    revision: int | None = None


class ItemForm(Body):
    """An item picked from the imported issues or typed."""

    reference: Annotated[Line, Field(min_length=1)]
    title: Line = ""
    status: Short = ""
    assignee: Short = ""
    url: Address = ""


class ItemChangeForm(Body):
    """A typed item's new status."""

    status: Short
    revision: int | None = None


class DependencyForm(Body):
    """What this release depends on."""

    blocker: Annotated[Line, Field(min_length=1, max_length=40)]
    kind: DependencyKind = DependencyKind.BLOCKS


class ApproverForm(Body):
    """Whose approval is needed."""

    approver_id: UUID
    reason: Note = ""


class DecisionForm(Body):
    """An approver's answer."""

    verdict: Verdict
    note: Note = ""
    revision: int | None = None


class CommentForm(Body):
    """A comment."""

    body: Annotated[Text, Field(min_length=1, max_length=10_000)]
    revision: int | None = None


class ServiceForm(Body):
    """Create and edit a service."""

    name: Name
    slug: Slug = ""
    description: Note = ""
    repository: Line = ""
    jira_project: Short = ""
    colour: Annotated[str, Field(pattern="^(blue|green|amber|red|violet|teal|grey)$")] = "blue"
    is_archived: bool = False
    revision: int | None = None


class EnvironmentForm(Body):
    """Create and edit an environment; the kind only when it is new."""

    name: Name
    kind: EnvironmentKind = EnvironmentKind.STAGING
    slug: Slug = ""
    position: Annotated[int, Field(ge=0, le=10_000)] = 0
    revision: int | None = None


class FreezeForm(Body):
    """Plan and change a freeze; times are the viewer's."""

    environment: Annotated[Line, Field(min_length=1, max_length=40)]
    title: Name
    reason: Note = ""
    starts_at: datetime
    ends_at: datetime
    revision: int | None = None


class SwitchForm(Body):
    """Switch one requirement of one target."""

    target: Status
    requirement: Requirement
    is_on: bool = False
