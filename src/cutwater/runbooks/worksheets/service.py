"""Worksheets become drafts of runbooks: upload, map the columns, apply all or nothing."""

import asyncio
from collections.abc import Mapping
from dataclasses import field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import files
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import Changes, changed
from cutwater.kernel.errors import FieldError, Invalid, refuse
from cutwater.kernel.etags import stale
from cutwater.kernel.frozen import frozen
from cutwater.kernel.ids import new_id
from cutwater.kernel.keyed import held
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import SessionReader
from cutwater.runbooks.core.facts import ImportState
from cutwater.runbooks.core.worksheet.columns import Field
from cutwater.runbooks.core.worksheet.plan import ParsedPlan, Severity, where
from cutwater.runbooks.core.worksheet.reading import read_sheet
from cutwater.runbooks.library import permissions
from cutwater.runbooks.library import queries as library
from cutwater.runbooks.library.service import create_runbook, write_draft
from cutwater.runbooks.worksheets import events, queries
from cutwater.runbooks.worksheets.models import RunbookImport

MOST_ERRORS = 100


@frozen
class Worksheet:
    """An uploaded file and where it should go; without a runbook's key it becomes a new runbook."""

    file_name: str
    media_type: str
    content: bytes
    title: str = ""
    runbook_key: str = ""
    zone: str = "UTC"


@frozen
class Choices:
    """What a person chose by hand: which column is what (None: none), which sheet is read, and the zone of
    its times; a sheet or zone of None stays as it was."""

    columns: Mapping[Field, int | None] = field(default_factory=dict)
    sheet: str | None = None
    zone: str | None = None


async def upload_worksheet(tx: AsyncSession, actor: Actor, given: Worksheet) -> UUID:
    """Keep a worksheet to be looked at; refused at once when it cannot be read at all. Its import's id."""
    refuse(may=permissions.to_write(actor, "import runbooks"))
    name, media_type = (text.replace("\x00", "") for text in (given.file_name, given.media_type))
    sheet = await asyncio.to_thread(read_sheet, given.content, name)
    runbook_id, title = None, given.title.strip() or _title_of(name)
    if given.runbook_key:
        runbook = await library.runbook(SessionReader(tx), given.runbook_key)
        runbook_id, title = runbook.id, runbook.title
    file_id = await files.keep(tx, name or "worksheet", media_type, given.content)
    upload = RunbookImport(
        id=new_id(), runbook_id=runbook_id, file_id=file_id, sheet=sheet.name, title=title, zone=given.zone,
        mapping={}, state=ImportState.UPLOADED, created_by_id=actor.user_id, revision=1,
    )  # fmt: skip
    tx.add(upload)
    await tx.flush()
    return upload.id


async def update_import(
    tx: AsyncSession, actor: Actor, import_id: UUID, chosen: Choices, *, seen_revision: int | None = None
) -> Changes:
    """Choose by hand how the worksheet is read; another sheet begins without a mapping."""
    upload = await _held_unapplied(tx, actor, import_id, seen_revision)
    wanted: dict[str, object] = {"zone": chosen.zone or upload.zone}
    if chosen.sheet is not None and chosen.sheet != upload.sheet:
        file = await files.read(tx, upload.file_id)
        sheet = await asyncio.to_thread(read_sheet, file.content, file.name, chosen.sheet)
        wanted |= {"sheet": sheet.name, "mapping": {}}
    else:
        positions = {column.value: position for column, position in chosen.columns.items()}
        wanted["mapping"] = {**upload.mapping, **positions}
    return changed(upload, wanted)


async def apply_import(
    tx: AsyncSession, actor: Actor, import_id: UUID, *, seen_revision: int | None = None
) -> events.WorksheetImported:
    """Write the worksheet into the runbook's draft, matched by code; nothing at all when a row is wrong."""
    upload = await _held_unapplied(tx, actor, import_id, seen_revision)
    read = await queries.dry_run(SessionReader(tx), import_id)
    refuse_unclean(read.plan)
    runbook_id, key = upload.runbook_id, read.upload.runbook_key or ""
    if runbook_id is None:
        created = await create_runbook(tx, actor, upload.title)
        runbook_id, key = created.runbook_id, created.key
    draft = await write_draft(tx, runbook_id, read.plan)
    changed(upload, {"state": ImportState.APPLIED, "runbook_id": runbook_id})
    imported = events.WorksheetImported(
        runbook_id=runbook_id, key=key, version=draft.number, steps=draft.step_count,
        links=draft.link_count, created=len(read.difference.created),
        changed=len(read.difference.changed), removed=len(read.difference.removed),
    )  # fmt: skip
    await audit.record(tx, actor, imported)
    return imported


async def import_worksheet(tx: AsyncSession, actor: Actor, given: Worksheet) -> events.WorksheetImported:
    """Upload and apply in one go, with the columns as they are recognised."""
    return await apply_import(tx, actor, await upload_worksheet(tx, actor, given))


async def _held_unapplied(
    tx: AsyncSession, actor: Actor, import_id: UUID, seen_revision: int | None
) -> RunbookImport:
    """The import, locked; refused when somebody may not import, or it was changed or applied meanwhile."""
    upload = await held(tx, RunbookImport, import_id, what="This import")
    refuse(
        may=permissions.to_write(actor, "import runbooks"),
        seen=stale(upload.revision, seen_revision),  # the log knows imports only once they are applied
        rules=_applied(upload.state),
    )
    return upload


def refuse_unclean(plan: ParsedPlan) -> None:
    """Refuse with every error of the sheet, each under its row and column."""
    errors = [problem for problem in plan.problems if problem.severity is Severity.ERROR]
    if not errors and plan.steps:
        return
    fields = [
        FieldError(where(error, plan.columns), f"{error.message} {error.fix}".strip())
        for error in errors[:MOST_ERRORS]
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
