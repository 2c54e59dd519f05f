"""What the API takes and gives for environments."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field

from cutwater.kernel.wire import Body, Line, Out
from cutwater.releases.core.facts import EnvironmentKind

Name = Annotated[Line, Field(min_length=1, max_length=80)]
Slug = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


def _counted(value: object) -> object:
    if isinstance(value, bool | str):
        raise ValueError("must be a whole number")
    return value


Place = Annotated[int, Field(ge=0, le=10_000), BeforeValidator(_counted)]


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
