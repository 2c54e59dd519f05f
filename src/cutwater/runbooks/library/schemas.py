"""What the API of runbooks takes and gives."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import Field

from cutwater.kernel.wire import Body, Line, Out, Text
from cutwater.runbooks.core.facts import VersionState

Title = Annotated[Line, Field(min_length=1, max_length=200, examples=["Ledger to the new core"])]


class RunbookCreate(Body):
    """A runbook without content."""

    title: Title
    description: Text = ""


class RunbookPatch(Body):
    """What is left out stays."""

    title: Title | None = None
    description: Text | None = None


class RunbookRead(Out):
    """A runbook and its newest version."""

    id: UUID
    key: str
    title: str
    description: str
    revision: int
    published_number: int | None
    latest_number: int | None
    latest_state: VersionState | None
    step_count: int | None
    link_count: int | None
    created_at: datetime
    updated_at: datetime


class VersionRead(Out):
    """A version of a runbook: a draft, or published and immutable."""

    id: UUID
    number: int
    state: VersionState
    step_count: int
    link_count: int
    published_at: datetime | None
    revision: int


class VersionStepRead(Out):
    """A step of a version; offsets are minutes from the start of a run."""

    id: UUID
    position: int
    code: str
    title: str
    step_type: str
    sequence: str
    phase: str
    team_id: UUID | None
    assignee_id: UUID | None
    deputy_id: UUID | None
    owner_note: str
    environment_role: str
    duration_minutes: int
    planned_offset_minutes: int | None
    fixed_offset_minutes: int | None
    deadline_offset_minutes: int | None
    labels: list[str]
    rollback: str


Name = Annotated[Line, Path(max_length=80, description="The key, such as `MIG-1-CUT1`, or the id.")]
