"""What the API of migrations and runs takes and gives."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from cutwater.kernel.wire import Body, IsoDateTime, Line, Out, Revision, Text
from cutwater.runbooks.core.facts import Communications
from cutwater.runbooks.core.run_machine import RunMove, RunState
from cutwater.runbooks.library.schemas import Title

Zone = Annotated[Line, Field(max_length=60, examples=["Europe/Zurich"])]
Reason = Annotated[Text, Field(description="Why; kept beside the log, where it can be erased.")]


class MigrationCreate(Body):
    """A programme."""

    title: Title
    description: Text = ""
    zone: Zone = "UTC"


class MigrationPatch(Body):
    """What is left out stays."""

    title: Title | None = None
    description: Text | None = None


class MigrationRead(Out):
    """A programme."""

    id: UUID
    key: str
    title: str
    description: str
    zone: str
    revision: int
    created_at: datetime


class RunCreate(Body):
    """A run of a published version. What is left out follows its type."""

    runbook: Annotated[Line, Field(examples=["RB-1"])]
    version: Annotated[Revision | None, Field(description="Else the newest published one.")] = None
    type: Annotated[Line, Field(examples=["CUTOVER"])] = "RUN"
    title: Line = ""
    is_rehearsal: bool | None = None
    planned_start: IsoDateTime
    window_end: IsoDateTime | None = None
    communications: Communications | None = None


class RunPatch(Body):
    """What is left out stays."""

    title: Title | None = None
    communications: Communications | None = None
    window_end: IsoDateTime | None = None


class RunRead(Out):
    """A run and its progress; cancelled steps do not count."""

    id: UUID
    key: str
    type: str
    title: str
    is_rehearsal: bool
    state: RunState
    zone: str
    communications: Communications
    planned_start: datetime
    planned_end: datetime
    window_end: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    migration_key: str
    runbook_key: str
    version: int
    tick: int
    revision: int
    total: int
    done: int
    ready: int
    running: int
    trouble: int


class RunMoveRequest(Body):
    """A move of a run."""

    move: RunMove
    note: Reason = ""
