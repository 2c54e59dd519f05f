"""What the API takes and gives for freezes."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from cutwater.kernel.wire import Body, IsoDateTime, Line, Out, Text
from cutwater.releases.core.facts import EnvironmentKind

Name = Annotated[Line, Field(min_length=1, max_length=80)]


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
