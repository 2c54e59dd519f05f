"""Imports over the API: upload, look at what was recognised, confirm."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, File, Form, Request, Response, UploadFile

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, item, many
from cutwater.kernel.etags import SeenRevision, set_etag
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.paging import OffsetDep
from cutwater.kernel.reader import SessionReader
from cutwater.kernel.wire import Line
from cutwater.sprints.core.facts import ROLES
from cutwater.sprints.core.fields import FieldMap
from cutwater.sprints.imports import queries
from cutwater.sprints.imports.forms import bounded
from cutwater.sprints.imports.schemas import ImportConfirm, ImportListed, ImportRead
from cutwater.sprints.imports.service import runs

router = APIRouter(tags=["imports"], route_class=IdempotentRoute)
reads, writes = needs(Grant.SPRINTS_READ), needs(Grant.SPRINTS_WRITE, "import issues")


@router.get("/imports", response_model=Many[ImportListed], dependencies=[reads])
async def imports(request: Request, reader: ReaderDep, offset: OffsetDep) -> Any:
    """Imports, newest first."""
    return many(await queries.imports(reader, offset), request)


@router.post("/imports", response_model=Item[ImportRead], status_code=202, dependencies=[writes])
async def start(
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    files: Annotated[list[UploadFile], File(description="JSON, JSON lines or CSV; any mix.")],
    site: Annotated[UUID | None, Form(description="The site they belong to.")] = None,
) -> Any:
    """Upload files; they are read in the background, and nothing changes until they are confirmed."""
    limit = request.app.state.settings.upload_limit_mb * 1_048_576
    uploads = [await bounded(each, limit) for each in files]
    run = await runs.start_import(tx, actor, uploads, site_id=site)
    return await _answer(request, response, tx, run.key)


async def _answer(request: Request, response: Response, tx: Tx, key: str) -> Any:
    run, _ = await queries.import_whole(SessionReader(tx), key)
    set_etag(response, run.revision)
    return item(run, request)


@router.get("/imports/{key}", response_model=Item[ImportRead], dependencies=[reads])
async def one(request: Request, response: Response, reader: ReaderDep, key: Line) -> Any:
    """An import: its state, what was recognised, the proposed mapping, coverage and oddities."""
    run, _ = await queries.import_whole(reader, key)
    set_etag(response, run.revision)
    return item(run, request)


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
) -> Any:
    """Confirm the mapping; the import is then applied in the background, all of it or nothing."""
    mapping = FieldMap(**{role: getattr(body, role) for role in ROLES})
    run = await runs.confirm_import(
        tx, actor, key, mapping, sprint=body.into_sprint, new_sprint=body.new_sprint, seen_revision=seen
    )
    return await _answer(request, response, tx, run.key)


@router.post("/imports/{key}/discard", response_model=Item[ImportRead], dependencies=[writes])
async def discard(
    request: Request, response: Response, tx: Tx, actor: CurrentActor, key: Line, seen: SeenRevision
) -> Any:
    """Put an import aside before it is applied."""
    run = await runs.discard_import(tx, actor, key, seen_revision=seen)
    return await _answer(request, response, tx, run.key)
