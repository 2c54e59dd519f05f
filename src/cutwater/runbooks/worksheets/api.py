"""Worksheets: upload, map, dry run, apply."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, one
from cutwater.kernel.errors import TooLarge
from cutwater.kernel.etags import SeenRevision
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.reader import SessionReader
from cutwater.kernel.wire import Line
from cutwater.runbooks.core.worksheet.cells import MAX_BYTES
from cutwater.runbooks.core.worksheet.columns import Field
from cutwater.runbooks.core.zones import known_zone
from cutwater.runbooks.library import queries
from cutwater.runbooks.library.schemas import RunbookRead
from cutwater.runbooks.worksheets import service
from cutwater.runbooks.worksheets.schemas import ImportPatch, ImportRead
from cutwater.runbooks.worksheets.service import Preview, Worksheet

GRANT = needs(Grant.RUNBOOKS_WRITE, "import runbooks")
reading = APIRouter(tags=["runbook imports"], dependencies=[GRANT])
changing = APIRouter(tags=["runbook imports"], dependencies=[GRANT], route_class=IdempotentRoute)


@changing.post("/runbook-imports", response_model=Item[ImportRead], status_code=201)
async def upload(
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    file: Annotated[UploadFile, File(description="A CSV or XLSX worksheet.")],
    title: Annotated[Line, Form(description="Of a new runbook; else the file's name.")] = "",
    runbook: Annotated[Line, Form(description="The key of a runbook to update; else a new one.")] = "",
    zone: Annotated[Line, Form(description="The zone of times without one.")] = "UTC",
) -> Any:
    """Keep a worksheet and read it: the answer is the dry run."""
    content = await file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise TooLarge("The worksheet is larger than 20 MB. Nothing was kept.")
    given = Worksheet(
        file_name=file.filename or "worksheet", media_type=file.content_type or "", content=content,
        title=title, runbook_key=runbook, zone=known_zone(zone),
    )  # fmt: skip
    kept = await service.upload_worksheet(tx, actor, given)
    return await _preview(tx, kept.id, request, response)


@reading.get("/runbook-imports/{import_id}", response_model=Item[ImportRead])
async def dry_run(request: Request, response: Response, import_id: UUID, reader: ReaderDep) -> Any:
    """The dry run: what is in the sheet, what is wrong with it, what applying would do."""
    found = await service.preview(reader, import_id)
    return one(shown(found), found.upload.revision, request, response)


@changing.patch("/runbook-imports/{import_id}", response_model=Item[ImportRead])
async def change_mapping(
    request: Request,
    response: Response,
    import_id: UUID,
    body: ImportPatch,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> Any:
    """Choose columns, sheet or zone by hand; the answer is the new dry run."""
    zone = known_zone(body.zone) if body.zone is not None else None
    await service.map_columns(
        tx, actor, import_id, body.columns, sheet=body.sheet, zone=zone, seen_revision=seen
    )
    return await _preview(tx, import_id, request, response)


@changing.post("/runbook-imports/{import_id}/applications", response_model=Item[RunbookRead], status_code=201)
async def apply(
    request: Request,
    response: Response,
    import_id: UUID,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> Any:
    """Write the worksheet into the draft: all of it, or nothing."""
    runbook = await service.apply_import(tx, actor, import_id, seen_revision=seen)
    await tx.flush()
    found = await queries.runbook(SessionReader(tx), runbook.key)
    return one(found, found.revision, request, response)


async def _preview(tx: AsyncSession, import_id: UUID, request: Request, response: Response) -> Any:
    await tx.flush()
    found = await service.preview(SessionReader(tx), import_id)
    return one(shown(found), found.upload.revision, request, response)


def shown(found: Preview) -> dict[str, Any]:
    """A dry run as the API tells it."""
    upload, plan, columns = found.upload, found.plan, found.columns
    return {
        "id": upload.id,
        "revision": upload.revision,
        "state": upload.state,
        "title": upload.title,
        "runbook_key": upload.runbook_key,
        "zone": upload.zone,
        "sheet": found.sheet.name,
        "sheets": list(found.sheet.names),
        "how": found.sheet.how,
        "headers": list(columns.headers),
        "columns": [
            {"field": each, "position": columns.positions.get(each), "header": columns.header(each)}
            for each in Field
        ],
        "is_clean": plan.is_clean,
        "steps": len(plan.steps),
        "links": len(plan.links),
        "cycles": [list(each) for each in plan.cycles],
        "problems": plan.problems,
        "created": list(found.difference.created),
        "changed": list(found.difference.changed),
        "removed": list(found.difference.removed),
        "unchanged": found.difference.unchanged,
    }
