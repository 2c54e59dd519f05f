"""Worksheets on their way into a runbook: upload, map, look (dry run), apply all or nothing."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit, identity
from cutwater.kernel import files
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import FieldError, Invalid, refuse_if
from cutwater.kernel.etags import refuse_stale
from cutwater.kernel.frozen import frozen
from cutwater.kernel.ids import new_id
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import Reader, SessionReader
from cutwater.runbooks.core.facts import ImportState
from cutwater.runbooks.core.worksheet import parsing
from cutwater.runbooks.core.worksheet.cells import Sheet, Unreadable
from cutwater.runbooks.core.worksheet.columns import Columns, Field
from cutwater.runbooks.core.worksheet.plan import Known, ParsedPlan, Severity, where
from cutwater.runbooks.core.worksheet.reading import read_sheet
from cutwater.runbooks.library import permissions
from cutwater.runbooks.library import queries as library_queries
from cutwater.runbooks.library.models import Runbook
from cutwater.runbooks.library.service import content, runbooks
from cutwater.runbooks.library.service.content import Difference
from cutwater.runbooks.worksheets import events, queries
from cutwater.runbooks.worksheets.models import RunbookImport

MOST_ERRORS = 100


@frozen
class Preview:
    """The dry run: the import, its sheet, what was read, and what applying would change."""

    upload: Any
    sheet: Sheet
    columns: Columns
    plan: ParsedPlan
    difference: Difference


@frozen
class Worksheet:
    """An uploaded file and where it should go; without a runbook's key it becomes a new runbook."""

    file_name: str
    media_type: str
    content: bytes
    title: str = ""
    runbook_key: str = ""
    zone: str = "UTC"


async def upload_worksheet(tx: AsyncSession, actor: Actor, given: Worksheet) -> RunbookImport:
    """Keep a worksheet to be looked at; refused at once when it cannot be read at all."""
    refuse_if(permissions.to_write(actor, "import runbooks"))
    name, media_type = (text.replace("\x00", "") for text in (given.file_name, given.media_type))
    sheet = await asyncio.to_thread(_read, given.content, name, "")
    runbook_id, title = None, given.title.strip() or _title_of(name)
    if given.runbook_key:
        runbook = await library_queries.runbook(SessionReader(tx), given.runbook_key)
        runbook_id, title = runbook.id, runbook.title
    file_id = await files.keep(tx, name or "worksheet", media_type, given.content)
    upload = RunbookImport(
        id=new_id(), runbook_id=runbook_id, file_id=file_id, sheet=sheet.name, title=title, zone=given.zone,
        mapping={}, state=ImportState.UPLOADED, created_by_id=actor.user_id, revision=1,
    )  # fmt: skip
    tx.add(upload)
    await tx.flush()
    return upload


async def map_columns(
    tx: AsyncSession,
    actor: Actor,
    import_id: UUID,
    columns: Mapping[Field, int | None],
    *,
    sheet: str | None = None,
    zone: str | None = None,
    seen_revision: int | None = None,
) -> RunbookImport:
    """Choose by hand which column is what, which sheet is read, and the zone of its times."""
    refuse_if(permissions.to_write(actor, "import runbooks"))
    upload = await queries.import_for_update(tx, import_id)
    refuse_stale(upload.revision, seen_revision)
    refuse_if(_applied(upload.state))
    if sheet is not None and sheet != upload.sheet:
        file = await files.read(tx, upload.file_id)
        upload.sheet = (await asyncio.to_thread(_read, file.content, file.name, sheet)).name
        upload.mapping = {}
    else:
        upload.mapping = {**upload.mapping, **{field.value: at for field, at in columns.items()}}
    upload.zone = zone or upload.zone
    upload.revision += 1
    return upload


async def preview(reader: Reader, import_id: UUID) -> Preview:
    """The dry run: nothing is changed."""
    upload = await queries.import_by_id(reader, import_id)
    file = await files.read(reader, upload.file_id)
    known = await _known(reader)
    sheet, columns, plan = await asyncio.to_thread(_parse, file.content, file.name, upload, known)
    before = await content.latest(reader, upload.runbook_id)
    return Preview(
        upload=upload, sheet=sheet, columns=columns, plan=plan, difference=content.difference(plan, before)
    )


async def apply_import(
    tx: AsyncSession, actor: Actor, import_id: UUID, *, seen_revision: int | None = None
) -> Runbook:
    """Write the worksheet into the runbook's draft, matched by code; nothing at all when a row is wrong."""
    refuse_if(permissions.to_write(actor, "import runbooks"))
    upload = await queries.import_for_update(tx, import_id)
    refuse_stale(upload.revision, seen_revision)
    refuse_if(_applied(upload.state))
    found = await preview(SessionReader(tx), import_id)
    refuse_unclean(found.plan)
    if upload.runbook_id is None:
        runbook = await runbooks.create_runbook(tx, actor, upload.title)
        upload.runbook_id = runbook.id
    else:
        runbook = await library_queries.runbook_for_update(tx, found.upload.runbook_key)
    draft = await content.write(tx, runbook, found.plan)
    upload.state, upload.revision = ImportState.APPLIED, upload.revision + 1
    said = events.WorksheetImported(
        runbook_id=runbook.id, key=runbook.key, version=draft.number, steps=draft.step_count,
        links=draft.link_count, created=len(found.difference.created),
        changed=len(found.difference.changed), removed=len(found.difference.removed),
    )  # fmt: skip
    await audit.record(tx, actor, said)
    return runbook


async def import_worksheet(tx: AsyncSession, actor: Actor, given: Worksheet) -> Runbook:
    """Upload and apply in one go, with the columns as they are recognised."""
    upload = await upload_worksheet(tx, actor, given)
    return await apply_import(tx, actor, upload.id)


def refuse_unclean(plan: ParsedPlan) -> None:
    """Refuse with every error of the sheet, each under its row and column."""
    errors = [each for each in plan.problems if each.severity is Severity.ERROR]
    if not errors and plan.steps:
        return
    fields = [
        FieldError(where(each, plan.columns), f"{each.message} {each.fix}".strip())
        for each in errors[:MOST_ERRORS]
    ]
    if len(errors) > MOST_ERRORS:
        fields.append(FieldError("The sheet", f"and {len(errors) - MOST_ERRORS} more errors."))
    raise Invalid(fields or {"file": "There is no step in this sheet."})


def _applied(state: str) -> list[Obstacle]:
    if state != ImportState.APPLIED:
        return []
    return [
        Obstacle(
            code="import.applied",
            text="This worksheet was applied already.",
            hint="Upload the worksheet again to change the draft.",
        )
    ]


def _title_of(file_name: str) -> str:
    stem = file_name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return stem.replace("_", " ").replace("-", " ").strip().capitalize()[:200] or "Imported runbook"


def _read(data: bytes, file_name: str, sheet: str) -> Sheet:
    try:
        return read_sheet(data, file_name, sheet)
    except Unreadable as problem:
        raise Invalid({"file": f"{problem.message} {problem.fix}"}) from problem


def _parse(data: bytes, file_name: str, upload: Any, known: Known) -> tuple[Sheet, Columns, ParsedPlan]:
    sheet = _read(data, file_name, upload.sheet)
    columns = parsing.choose(parsing.detect(sheet), {Field(name): at for name, at in upload.mapping.items()})
    return sheet, columns, parsing.parse(sheet, columns, known, zone=upload.zone)


async def _known(reader: Reader) -> Known:
    teams, people = await identity.teams(reader), await identity.people(reader)
    return Known(
        teams={name.casefold(): str(team.id) for team in teams for name in (team.slug, team.name)},
        people={
            name.casefold(): str(person.id)
            for person in people
            for name in (person.username, person.email, person.name)
            if name
        },
        types=frozenset(await runbooks.step_types(reader)),
    )
