"""What the API takes and gives of imports."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from cutwater.kernel.wire import Line, Out
from cutwater.sprints.mapping.schemas import MappingBody


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
    contents: list[dict[str, object]]
    counts: dict[str, int]
    failure: str
    created_at: datetime
    read_at: datetime | None
    applied_at: datetime | None
    revision: int


class ImportRead(ImportListed):
    """An import with everything it found."""

    mapping: dict[str, str]
    choices: dict[str, object]
    coverage: list[dict[str, object]]
    oddities: list[dict[str, object]]
