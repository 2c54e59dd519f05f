"""What the API takes and gives for services, environments, freezes and requirements."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field, StrictBool

from cutwater.kernel.wire import Body, IsoDateTime, Line, Out, Text
from cutwater.releases.facts import EnvironmentKind, Requirement, Status

ShortLine = Annotated[Line, Field(max_length=80)]
Name = Annotated[Line, Field(min_length=1, max_length=80)]
Slug = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


def _counted(value: Any) -> Any:
    if isinstance(value, bool | str):
        raise ValueError("must be a whole number")
    return value


Place = Annotated[int, Field(ge=0, le=10_000), BeforeValidator(_counted)]


class ServiceRead(Out):
    """A service."""

    id: UUID
    slug: str
    name: str
    description: str
    repository: str
    jira_project: str
    colour: str
    archived_at: datetime | None
    releases_active: int
    releases_total: int
    revision: int
    created_at: datetime
    updated_at: datetime


Colour = Annotated[str, Field(pattern="^(blue|green|amber|red|violet|teal|grey)$")]


class ServiceCreate(Body):
    """A new service; without a slug one is made from the name."""

    name: Name
    slug: Slug | None = None
    description: Annotated[Text, Field(max_length=2000)] = ""
    repository: Line = ""
    jira_project: ShortLine = ""
    colour: Colour = "blue"


class ServicePatch(Body):
    """The fields to change; `is_archived` hides it from new releases."""

    name: Name | None = None
    slug: Slug | None = None
    description: Annotated[Text, Field(max_length=2000)] | None = None
    repository: Line | None = None
    jira_project: ShortLine | None = None
    colour: Colour | None = None
    is_archived: StrictBool | None = None


class EnvironmentRead(Out):
    """An environment."""

    id: UUID
    slug: str
    name: str
    kind: EnvironmentKind
    position: int
    revision: int
    created_at: datetime
    updated_at: datetime


class EnvironmentCreate(Body):
    """A new environment; without a slug one is made from the name."""

    name: Name
    kind: EnvironmentKind
    slug: Slug | None = None
    position: Place = 0


class EnvironmentPatch(Body):
    """The fields to change; the kind stays."""

    name: Name | None = None
    slug: Slug | None = None
    position: Place | None = None


class FreezeRead(Out):
    """A freeze window."""

    id: UUID
    environment_id: UUID
    environment_slug: str
    environment_name: str
    environment_kind: EnvironmentKind
    title: str
    reason: str
    starts_at: datetime
    ends_at: datetime
    revision: int
    created_at: datetime
    updated_at: datetime


class FreezeCreate(Body):
    """A time in which nothing goes to `environment` (slug or id) without an override."""

    environment: Annotated[Line, Field(min_length=1, max_length=40)]
    title: Name
    reason: Annotated[Text, Field(max_length=2000)] = ""
    starts_at: IsoDateTime
    ends_at: IsoDateTime


class FreezePatch(Body):
    """The fields to change."""

    environment: Annotated[Line, Field(min_length=1, max_length=40)] | None = None
    title: Name | None = None
    reason: Annotated[Text, Field(max_length=2000)] | None = None
    starts_at: IsoDateTime | None = None
    ends_at: IsoDateTime | None = None


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
