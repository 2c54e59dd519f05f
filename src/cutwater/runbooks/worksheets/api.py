"""Worksheets: upload, map, dry run, apply."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Request, Response, UploadFile

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, one
from cutwater.kernel.errors import TooLarge
from cutwater.kernel.etags import SeenRevision
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.reader import Reader, SessionReader
from cutwater.kernel.wire import Line
from cutwater.runbooks.core.worksheet.cells import MAX_BYTES
from cutwater.runbooks.core.zones import known_zone
from cutwater.runbooks.library import queries as library
from cutwater.runbooks.library.schemas import RunbookRead
from cutwater.runbooks.worksheets import service, views
from cutwater.runbooks.worksheets.schemas import ImportPatch, ImportRead
from cutwater.runbooks.worksheets.service import Choices, Worksheet

GRANT = needs(Grant.RUNBOOKS_WRITE, "import runbooks")
reading = APIRouter(tags=["runbook imports"], dependencies=[GRANT])
changing = APIRouter(tags=["runbook imports"], dependencies=[GRANT], route_class=IdempotentRoute)
Answer = dict[str, object]


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
) -> Answer:
    """Keep a worksheet and read it: the answer is the dry run."""
    content = await file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise TooLarge("The worksheet is larger than 20 MB. Nothing was kept.")
    given = Worksheet(
        file_name=file.filename or "worksheet", media_type=file.content_type or "", content=content,
        title=title, runbook_key=runbook, zone=known_zone(zone),
    )  # fmt: skip
    import_id = await service.upload_worksheet(tx, actor, given)
    return await _dry_run(SessionReader(tx), import_id, request, response)


@reading.get("/runbook-imports/{import_id}", response_model=Item[ImportRead])
async def dry_run(request: Request, response: Response, import_id: UUID, reader: ReaderDep) -> Answer:
    """The dry run: what is in the sheet, what is wrong with it, what applying would do."""
    return await _dry_run(reader, import_id, request, response)


@changing.patch("/runbook-imports/{import_id}", response_model=Item[ImportRead])
async def update_import(
    request: Request,
    response: Response,
    import_id: UUID,
    body: ImportPatch,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> Answer:
    """Choose columns, sheet or zone by hand; the answer is the new dry run."""
    zone = known_zone(body.zone) if body.zone is not None else None
    chosen = Choices(columns=body.columns, sheet=body.sheet, zone=zone)
    await service.update_import(tx, actor, import_id, chosen, seen_revision=seen)
    return await _dry_run(SessionReader(tx), import_id, request, response)


@changing.post("/runbook-imports/{import_id}/applications", response_model=Item[RunbookRead], status_code=201)
async def apply(
    request: Request,
    response: Response,
    import_id: UUID,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> Answer:
    """Write the worksheet into the draft: all of it, or nothing."""
    imported = await service.apply_import(tx, actor, import_id, seen_revision=seen)
    runbook = await library.runbook(SessionReader(tx), imported.key)
    return one(runbook, runbook.revision, request, response)


async def _dry_run(reader: Reader, import_id: UUID, request: Request, response: Response) -> Answer:
    shown = await views.uploaded(reader, import_id)
    return one(shown, shown.revision, request, response)
