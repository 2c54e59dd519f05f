"""Runbooks, their versions, and what is in a version."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from cutwater.kernel.errors import NotFound
from cutwater.kernel.paging import Offset
from cutwater.kernel.reader import Reader
from cutwater.runbooks.core.facts import VersionState
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

Query = Select[*tuple[Any, ...]]


def named(key: InstrumentedAttribute[str], id: InstrumentedAttribute[UUID], name: str) -> ColumnElement[bool]:
    """The one with this key, or with this id; nothing for what no key can be."""
    if "\0" in name:
        return false()
    try:
        return id == UUID(name) if len(name) == 36 else key == name
    except ValueError:
        return key == name


_VERSION = (
    RunbookVersion.id,
    RunbookVersion.number,
    RunbookVersion.state,
    RunbookVersion.step_count,
    RunbookVersion.link_count,
    RunbookVersion.published_at,
    RunbookVersion.published_by_id,
    RunbookVersion.created_at,
    RunbookVersion.updated_at,
    RunbookVersion.revision,
)


def _runbooks() -> Query:
    published = select(func.max(RunbookVersion.number)).where(
        RunbookVersion.runbook_id == Runbook.id, RunbookVersion.state == VersionState.PUBLISHED
    )
    newest = aliased(RunbookVersion)
    last = select(func.max(RunbookVersion.number)).where(RunbookVersion.runbook_id == Runbook.id)
    return (
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


async def runbooks(reader: Reader, page: Offset) -> tuple[list[Any], int]:
    """A page of runbooks, the newest first, and how many there are."""
    counted = select(func.count()).select_from(Runbook).where(Runbook.deleted_at.is_(None))
    listed = (
        _runbooks().order_by(Runbook.created_at.desc(), Runbook.id).limit(page.per_page).offset(page.skip)
    )
    rows, total = await reader.batch(listed, counted)
    return rows, total[0][0]


async def runbook(reader: Reader, key: str) -> Any:
    """One runbook by its key; NotFound otherwise."""
    row = await reader.first(_runbooks().where(named(Runbook.key, Runbook.id, key)))
    if row is None:
        raise NotFound("This runbook")
    return row


async def runbook_for_update(tx: AsyncSession, key: str) -> Runbook:
    """The runbook's row, locked."""
    found = await tx.scalar(
        select(Runbook)
        .where(named(Runbook.key, Runbook.id, key), Runbook.deleted_at.is_(None))
        .with_for_update()
    )
    if found is None:
        raise NotFound("This runbook")
    return found


async def versions(reader: Reader, runbook_id: UUID) -> list[Any]:
    """All versions of a runbook, the newest first."""
    return await reader.all(
        select(*_VERSION)
        .where(RunbookVersion.runbook_id == runbook_id)
        .order_by(RunbookVersion.number.desc())
    )


async def published_versions(reader: Reader) -> list[Any]:
    """Every published version, to choose from: runbook key and title, number, steps."""
    return await reader.all(
        select(
            Runbook.key, Runbook.title, RunbookVersion.number, RunbookVersion.step_count, RunbookVersion.id
        )
        .join(RunbookVersion, RunbookVersion.runbook_id == Runbook.id)
        .where(Runbook.deleted_at.is_(None), RunbookVersion.state == VersionState.PUBLISHED)
        .order_by(Runbook.title, RunbookVersion.number.desc())
    )


async def version(reader: Reader, runbook_id: UUID, number: int) -> Any:
    """One version by its number; NotFound otherwise."""
    row = await reader.first(
        select(*_VERSION).where(RunbookVersion.runbook_id == runbook_id, RunbookVersion.number == number)
    )
    if row is None:
        raise NotFound("This version")
    return row


async def version_for_update(tx: AsyncSession, runbook_id: UUID, number: int) -> RunbookVersion:
    """The version's row, locked."""
    found = await tx.scalar(
        select(RunbookVersion)
        .where(RunbookVersion.runbook_id == runbook_id, RunbookVersion.number == number)
        .with_for_update()
    )
    if found is None:
        raise NotFound("This version")
    return found


def steps_of(version_id: UUID) -> Query:
    """A version's steps with their places, in the order of the worksheet."""
    return (
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


def links_of(version_id: UUID) -> Query:
    """A version's links by step ids."""
    return select(
        RunbookLink.before_id,
        RunbookLink.after_id,
        RunbookLink.kind,
        RunbookLink.lag_minutes,
        RunbookLink.is_hard,
    ).where(RunbookLink.version_id == version_id)


def instructions_of(version_id: UUID) -> Query:
    """A version's instructions by step, in order."""
    steps = select(RunbookStep.id).where(RunbookStep.version_id == version_id)
    return (
        select(
            RunbookInstruction.step_id,
            RunbookInstruction.position,
            RunbookInstruction.text,
            RunbookInstruction.is_mandatory,
        )
        .where(RunbookInstruction.step_id.in_(steps))
        .order_by(RunbookInstruction.step_id, RunbookInstruction.position)
    )


async def draft_for_update(tx: AsyncSession, runbook_id: UUID) -> RunbookVersion | None:
    """The draft of a locked runbook, if it has one."""
    return (
        await tx.scalars(
            select(RunbookVersion).where(
                RunbookVersion.runbook_id == runbook_id, RunbookVersion.state == VersionState.DRAFT
            )
        )
    ).one_or_none()


async def last_number(tx: AsyncSession, runbook_id: UUID) -> int:
    """The highest version number so far, 0 without versions."""
    found = await tx.scalar(
        select(func.max(RunbookVersion.number)).where(RunbookVersion.runbook_id == runbook_id)
    )
    return int(found or 0)


async def own_step_types(reader: Reader) -> list[Any]:
    """The step types the organization added."""
    return await reader.all(
        select(StepTypeRow.code, StepTypeRow.label, StepTypeRow.tone).where(StepTypeRow.deleted_at.is_(None))
    )


def any_runbook() -> Query:
    """One row when the organization has a runbook."""
    return select(Runbook.id).where(Runbook.deleted_at.is_(None)).limit(1)
