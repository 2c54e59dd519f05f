"""Uploaded worksheets, and what applying one would do."""

import asyncio
from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from cutwater import identity
from cutwater.kernel import files
from cutwater.kernel.errors import NotFound
from cutwater.kernel.files import StoredFile
from cutwater.kernel.frozen import frozen
from cutwater.kernel.reader import Reader, Rows
from cutwater.runbooks.core.critical_path import LinkKind
from cutwater.runbooks.core.worksheet import parsing
from cutwater.runbooks.core.worksheet.cells import Sheet
from cutwater.runbooks.core.worksheet.columns import Columns, Field
from cutwater.runbooks.core.worksheet.difference import Difference, difference
from cutwater.runbooks.core.worksheet.plan import (
    KnownNames,
    ParsedInstruction,
    ParsedLink,
    ParsedPlan,
    ParsedStep,
    Plan,
)
from cutwater.runbooks.core.worksheet.reading import read_sheet
from cutwater.runbooks.library import queries as library
from cutwater.runbooks.library.models import Runbook
from cutwater.runbooks.library.queries import VersionContent
from cutwater.runbooks.worksheets.models import RunbookImport


class ImportRow(NamedTuple):
    """An uploaded worksheet, how a person mapped it, and the runbook it goes into, if that exists already."""

    id: UUID
    runbook_id: UUID | None
    file_id: UUID
    sheet: str
    title: str
    zone: str
    mapping: Mapping[str, int | None]
    state: str
    revision: int
    runbook_key: str | None


@frozen
class DryRun:
    """An import, its sheet, what was read of it, and what applying would change."""

    upload: ImportRow
    sheet: Sheet
    columns: Columns
    plan: ParsedPlan
    difference: Difference


async def import_by_id(reader: Reader, import_id: UUID) -> ImportRow:
    """One uploaded worksheet; NotFound otherwise."""
    statement = (
        select(
            RunbookImport.id,
            RunbookImport.runbook_id,
            RunbookImport.file_id,
            RunbookImport.sheet,
            RunbookImport.title,
            RunbookImport.zone,
            RunbookImport.mapping,
            RunbookImport.state,
            RunbookImport.revision,
            Runbook.key.label("runbook_key"),
        )
        .outerjoin(Runbook, Runbook.id == RunbookImport.runbook_id)
        .where(RunbookImport.id == import_id)
    )
    row = await reader.first(Rows(ImportRow, statement))
    if row is None:
        raise NotFound("This import")
    return row


async def dry_run(reader: Reader, import_id: UUID) -> DryRun:
    """Read the worksheet and compare it with the runbook's newest version; nothing is changed."""
    upload = await import_by_id(reader, import_id)
    file = await files.read(reader, upload.file_id)
    known = await _known_names(reader)
    before = await _newest_plan(reader, upload.runbook_id)
    return await asyncio.to_thread(_read, upload, file, known, before)


def _read(upload: ImportRow, file: StoredFile, known: KnownNames, before: Plan) -> DryRun:
    sheet = read_sheet(file.content, file.name, upload.sheet)
    mapping = {Field(name): position for name, position in upload.mapping.items()}
    columns = parsing.choose(parsing.detect(sheet), mapping)
    plan = parsing.parse(sheet, columns, known, zone=upload.zone)
    return DryRun(upload=upload, sheet=sheet, columns=columns, plan=plan, difference=difference(before, plan))


async def _known_names(reader: Reader) -> KnownNames:
    teams, people = await identity.all_teams(reader), await identity.people(reader)
    return KnownNames(
        teams={name.casefold(): str(team.id) for team in teams for name in (team.slug, team.name)},
        people={
            name.casefold(): str(person.id)
            for person in people
            for name in (person.username, person.email, person.name)
            if name
        },
        types=frozenset(await library.step_types(reader)),
    )


async def _newest_plan(reader: Reader, runbook_id: UUID | None) -> Plan:
    """The runbook's newest version as if it had been read from a worksheet; empty without one."""
    versions = await library.versions(reader, runbook_id) if runbook_id else []
    if not versions:
        return Plan(steps=[], links=[])
    return _as_plan(await library.content(reader, versions[0].id))


def _as_plan(content: VersionContent) -> Plan:
    codes = {step.id: step.code for step in content.steps}
    lines: dict[UUID, list[ParsedInstruction]] = {}
    for line in content.instructions:
        instruction = ParsedInstruction(text=line.text, is_mandatory=line.is_mandatory)
        lines.setdefault(line.step_id, []).append(instruction)
    links = [
        ParsedLink(
            row=0, before=codes[link.before_id], after=codes[link.after_id], kind=LinkKind(link.kind),
            lag_minutes=link.lag_minutes, hard=link.is_hard,
        )
        for link in content.links
    ]  # fmt: skip
    steps = [
        ParsedStep(
            row=0, code=step.code, title=step.title, sequence=step.sequence, phase=step.phase,
            type=step.step_type, team=_text(step.team_id), assignee=_text(step.assignee_id),
            deputy=_text(step.deputy_id), owner_note=step.owner_note, duration_minutes=step.duration_minutes,
            planned_offset=step.planned_offset_minutes, fixed_offset=step.fixed_offset_minutes,
            deadline_offset=step.deadline_offset_minutes, environment=step.environment_role,
            labels=tuple(step.labels), instructions=tuple(lines.get(step.id, ())), rollback=step.rollback,
        )
        for step in content.steps
    ]  # fmt: skip
    return Plan(steps=steps, links=links)


def _text(id: UUID | None) -> str:
    return str(id) if id else ""
