"""What the API takes and gives for services."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictBool

from cutwater.kernel.wire import Body, Line, Out, Text

ShortLine = Annotated[Line, Field(max_length=80)]
Name = Annotated[Line, Field(min_length=1, max_length=80)]
Slug = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Colour = Annotated[str, Field(pattern="^(blue|green|amber|red|violet|teal|grey)$")]


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
