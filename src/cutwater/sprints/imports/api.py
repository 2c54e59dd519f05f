"""Imports over the API: upload, look at what was recognised, confirm."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Request, Response, UploadFile

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, many, one
from cutwater.kernel.etags import SeenRevision
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.paging import OffsetDep
from cutwater.kernel.reader import Reader, SessionReader
from cutwater.kernel.wire import Line
from cutwater.sprints.core.fields import FieldMap
from cutwater.sprints.imports import queries
from cutwater.sprints.imports.forms import bounded
from cutwater.sprints.imports.schemas import ImportConfirm, ImportListed, ImportRead
from cutwater.sprints.imports.service import runs as service

router = APIRouter(tags=["imports"], route_class=IdempotentRoute)
reads, writes = needs(Grant.SPRINTS_READ), needs(Grant.SPRINTS_WRITE, "import issues")
Answer = dict[str, object]


@router.get("/imports", response_model=Many[ImportListed], dependencies=[reads])
async def imports(request: Request, reader: ReaderDep, offset: OffsetDep) -> Answer:
    """Imports, newest first."""
    return many(await queries.import_page(reader, offset), request)


async def _answer(key: str | UUID, reader: Reader, request: Request, response: Response) -> Answer:
    run = (await queries.import_record(reader, str(key))).run
    return one(run, run.revision, request, response)


@router.post("/imports", response_model=Item[ImportRead], status_code=202, dependencies=[writes])
async def start(
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    files: Annotated[list[UploadFile], File(description="JSON, JSON lines or CSV; any mix.")],
    site: Annotated[UUID | None, Form(description="The site they belong to.")] = None,
) -> Answer:
    """Upload files; they are read in the background, and nothing changes until they are confirmed."""
    limit = request.app.state.settings.upload_limit_mb * 1_048_576
    uploads = [await bounded(each, limit) for each in files]
    started = await service.start_import(tx, actor, uploads, site_id=site)
    return await _answer(started.import_id, SessionReader(tx), request, response)


@router.get("/imports/{key}", response_model=Item[ImportRead], dependencies=[reads])
async def import_run(request: Request, response: Response, reader: ReaderDep, key: Line) -> Answer:
    """An import: its state, what was recognised, the proposed mapping, coverage and oddities."""
    return await _answer(key, reader, request, response)


@router.post(
    "/imports/{key}/confirmation", response_model=Item[ImportRead], status_code=202, dependencies=[writes]
)
async def confirm(
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    key: Line,
    body: ImportConfirm,
    seen: SeenRevision,
) -> Answer:
    """Confirm the mapping; the import is then applied in the background, all of it or nothing."""
    import_id = await service.confirm_import(
        tx,
        actor,
        key,
        FieldMap.of(body),
        sprint=body.into_sprint,
        new_sprint=body.new_sprint,
        seen_revision=seen,
    )
    return await _answer(import_id, SessionReader(tx), request, response)


@router.post("/imports/{key}/discard", response_model=Item[ImportRead], dependencies=[writes])
async def discard(
    request: Request, response: Response, tx: Tx, actor: CurrentActor, key: Line, seen: SeenRevision
) -> Answer:
    """Put an import aside before it is applied."""
    import_id = await service.discard_import(tx, actor, key, seen_revision=seen)
    return await _answer(import_id, SessionReader(tx), request, response)
