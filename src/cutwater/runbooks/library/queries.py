"""Runbooks, their versions, and what is in a version."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from cutwater.kernel.errors import NotFound
from cutwater.kernel.keyed import named
from cutwater.kernel.paging import Offset
from cutwater.kernel.reader import Reader, Rows
from cutwater.runbooks.core.facts import STEP_TYPES, StepType, VersionState
from cutwater.runbooks.library.models import (
    Runbook,
    RunbookInstruction,
    RunbookLink,
    RunbookPhase,
    RunbookSequence,
    RunbookStep,
    RunbookVersion,
    StepTypeRow,
)


class RunbookRow(NamedTuple):
    """A runbook, the number of its newest published version, and its newest version of all."""

    id: UUID
    key: str
    title: str
    description: str
    revision: int
    created_at: datetime
    updated_at: datetime
    published_number: int | None
    latest_number: int | None
    latest_state: str | None
    step_count: int | None
    link_count: int | None


class VersionRow(NamedTuple):
    """A draft, or a published version."""

    id: UUID
    number: int
    state: str
    step_count: int
    link_count: int
    published_at: datetime | None
    revision: int


class PublishedRow(NamedTuple):
    """A version that a run can be made of, by its runbook."""

    key: str
    title: str
    number: int
    step_count: int
    id: UUID


class VersionStep(NamedTuple):
    """A step of a version with the phase and sequence it is in; offsets are minutes from a run's start."""

    id: UUID
    position: int
    code: str
    title: str
    step_type: str
    phase_id: UUID
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
    phase: str
    phase_position: int
    sequence: str
    sequence_position: int
    sequence_id: UUID


class VersionLink(NamedTuple):
    """`after_id` waits for `before_id`."""

    before_id: UUID
    after_id: UUID
    kind: str
    lag_minutes: int
    is_hard: bool


class VersionInstruction(NamedTuple):
    """One line of a step's instructions."""

    step_id: UUID
    position: int
    text: str
    is_mandatory: bool


class VersionContent(NamedTuple):
    """Everything that is in a version."""

    steps: list[VersionStep]
    links: list[VersionLink]
    instructions: list[VersionInstruction]


class Id(NamedTuple):
    id: UUID


class Total(NamedTuple):
    total: int


class OwnStepType(NamedTuple):
    """A step type that the organization added."""

    code: str
    label: str
    tone: str


_VERSIONS = Rows(
    VersionRow,
    select(
        RunbookVersion.id,
        RunbookVersion.number,
        RunbookVersion.state,
        RunbookVersion.step_count,
        RunbookVersion.link_count,
        RunbookVersion.published_at,
        RunbookVersion.revision,
    ),
)


def _runbooks() -> Rows[RunbookRow]:
    published = select(func.max(RunbookVersion.number)).where(
        RunbookVersion.runbook_id == Runbook.id, RunbookVersion.state == VersionState.PUBLISHED
    )
    newest = aliased(RunbookVersion)
    last = select(func.max(RunbookVersion.number)).where(RunbookVersion.runbook_id == Runbook.id)
    statement = (
        select(
            Runbook.id,
            Runbook.key,
            Runbook.title,
            Runbook.description,
            Runbook.revision,
            Runbook.created_at,
            Runbook.updated_at,
            published.correlate(Runbook).scalar_subquery().label("published_number"),
            newest.number.label("latest_number"),
            newest.state.label("latest_state"),
            newest.step_count,
            newest.link_count,
        )
        .outerjoin(
            newest,
            (newest.runbook_id == Runbook.id) & (newest.number == last.correlate(Runbook).scalar_subquery()),
        )
        .where(Runbook.deleted_at.is_(None))
    )
    return Rows(RunbookRow, statement)


async def runbooks(reader: Reader, page: Offset) -> tuple[list[RunbookRow], int]:
    """A page of runbooks, the newest first, and how many there are."""
    counted = select(func.count().label("total")).select_from(Runbook).where(Runbook.deleted_at.is_(None))
    listed = _runbooks().order_by(Runbook.created_at.desc(), Runbook.id)
    rows, total = await reader.batch(listed.limit(page.per_page).offset(page.skip), Rows(Total, counted))
    return rows, total[0].total


async def runbook(reader: Reader, key: str) -> RunbookRow:
    """One runbook by its key or id; NotFound otherwise."""
    row = await reader.first(_runbooks().where(named(Runbook, key)))
    if row is None:
        raise NotFound("This runbook")
    return row


async def versions(reader: Reader, runbook_id: UUID) -> list[VersionRow]:
    """All versions of a runbook, the newest first."""
    of_it = _VERSIONS.where(RunbookVersion.runbook_id == runbook_id)
    return await reader.all(of_it.order_by(RunbookVersion.number.desc()))


async def published_versions(reader: Reader) -> list[PublishedRow]:
    """Every published version, to choose from."""
    statement = (
        select(
            Runbook.key, Runbook.title, RunbookVersion.number, RunbookVersion.step_count, RunbookVersion.id
        )
        .join(RunbookVersion, RunbookVersion.runbook_id == Runbook.id)
        .where(Runbook.deleted_at.is_(None), RunbookVersion.state == VersionState.PUBLISHED)
        .order_by(Runbook.title, RunbookVersion.number.desc())
    )
    return await reader.all(Rows(PublishedRow, statement))


async def version(reader: Reader, runbook_id: UUID, number: int) -> VersionRow:
    """One version by its number; NotFound otherwise."""
    row = await reader.first(
        _VERSIONS.where(RunbookVersion.runbook_id == runbook_id, RunbookVersion.number == number)
    )
    if row is None:
        raise NotFound("This version")
    return row


async def last_number(reader: Reader, runbook_id: UUID) -> int:
    """The highest version number so far, 0 without versions."""
    numbers = select(func.max(RunbookVersion.number)).where(RunbookVersion.runbook_id == runbook_id)
    return await reader.scalar(numbers) or 0


async def content(reader: Reader, version_id: UUID) -> VersionContent:
    """A version's steps in the order of the worksheet, its links, and its instructions by step."""
    steps, links, instructions = await reader.batch(
        steps_of(version_id), links_of(version_id), _instructions_of(version_id)
    )
    return VersionContent(steps, links, instructions)


def steps_of(version_id: UUID) -> Rows[VersionStep]:
    """A version's steps with their phases, in the order of the worksheet."""
    statement = (
        select(
            RunbookStep.id,
            RunbookStep.position,
            RunbookStep.code,
            RunbookStep.title,
            RunbookStep.step_type,
            RunbookStep.phase_id,
            RunbookStep.team_id,
            RunbookStep.assignee_id,
            RunbookStep.deputy_id,
            RunbookStep.owner_note,
            RunbookStep.environment_role,
            RunbookStep.duration_minutes,
            RunbookStep.planned_offset_minutes,
            RunbookStep.fixed_offset_minutes,
            RunbookStep.deadline_offset_minutes,
            RunbookStep.labels,
            RunbookStep.rollback,
            RunbookPhase.title.label("phase"),
            RunbookPhase.position.label("phase_position"),
            RunbookSequence.title.label("sequence"),
            RunbookSequence.position.label("sequence_position"),
            RunbookPhase.sequence_id,
        )
        .join(RunbookPhase, RunbookPhase.id == RunbookStep.phase_id)
        .join(RunbookSequence, RunbookSequence.id == RunbookPhase.sequence_id)
        .where(RunbookStep.version_id == version_id)
        .order_by(RunbookStep.position)
    )
    return Rows(VersionStep, statement)


def links_of(version_id: UUID) -> Rows[VersionLink]:
    """A version's links by step ids."""
    statement = select(
        RunbookLink.before_id,
        RunbookLink.after_id,
        RunbookLink.kind,
        RunbookLink.lag_minutes,
        RunbookLink.is_hard,
    ).where(RunbookLink.version_id == version_id)
    return Rows(VersionLink, statement)


def _instructions_of(version_id: UUID) -> Rows[VersionInstruction]:
    steps = select(RunbookStep.id).where(RunbookStep.version_id == version_id)
    statement = (
        select(
            RunbookInstruction.step_id,
            RunbookInstruction.position,
            RunbookInstruction.text,
            RunbookInstruction.is_mandatory,
        )
        .where(RunbookInstruction.step_id.in_(steps))
        .order_by(RunbookInstruction.step_id, RunbookInstruction.position)
    )
    return Rows(VersionInstruction, statement)


async def step_types(reader: Reader) -> dict[str, StepType]:
    """The nine types everybody has, and those the organization added."""
    statement = select(StepTypeRow.code, StepTypeRow.label, StepTypeRow.tone)
    own = await reader.all(Rows(OwnStepType, statement.where(StepTypeRow.deleted_at.is_(None))))
    return {**STEP_TYPES, **{row.code: StepType(label=row.label, tone=row.tone) for row in own}}


def any_runbook() -> Rows[Id]:
    """One row when the organization has a runbook."""
    return Rows(Id, select(Runbook.id).where(Runbook.deleted_at.is_(None)).limit(1))
