"""A run as it is read: its head, its phases, its steps and the links between them."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class RunHead(NamedTuple):
    """A run without its steps, with the names of its migration and its runbook."""

    id: UUID
    key: str
    type: str
    title: str
    is_rehearsal: bool
    state: str
    zone: str
    communications: str
    planned_start: datetime
    planned_end: datetime
    window_end: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    tick: int
    graph_revision: int
    revision: int
    created_by_id: UUID | None
    migration_id: UUID
    migration_key: str
    migration_title: str
    runbook_key: str
    runbook_title: str
    version: int


class PhaseRow(NamedTuple):
    """A phase of a run and the title of its sequence."""

    id: UUID
    title: str
    sequence: str
    sequence_id: UUID


class StepRow(NamedTuple):
    """A step of a run, as far as the runsheet shows it."""

    id: UUID
    code: str
    title: str
    step_type: str
    phase_id: UUID
    team_id: UUID | None
    assignee_id: UUID | None
    deputy_id: UUID | None
    owner_note: str
    state: str
    duration_minutes: int
    planned_start: datetime
    planned_end: datetime
    fixed_start: datetime | None
    deadline: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    ready_at: datetime | None
    is_flagged: bool
    release_id: UUID | None
    revision: int


class LinkRow(NamedTuple):
    """A link between two steps of a run."""

    before_id: UUID
    after_id: UUID
    kind: str
    lag_minutes: int
    is_hard: bool


class Figures(NamedTuple):
    """What is computed for one step; times in seconds since 1970, None once nothing is left to do."""

    forecast_start: int | None
    forecast_end: int | None
    slack_minutes: int | None
    critical: bool
    late_minutes: int
    startable: bool


NO_FIGURES = Figures(None, None, None, False, 0, False)
