"""What the API takes and gives of field mappings."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from cutwater.kernel.wire import Body, Int, Line, Out


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
