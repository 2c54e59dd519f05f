"""Runbooks, their versions and steps."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, every, many, one
from cutwater.kernel.etags import SeenRevision
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.paging import OffsetDep, Page
from cutwater.kernel.reader import SessionReader
from cutwater.kernel.wire import Revision
from cutwater.runbooks.library import queries, service
from cutwater.runbooks.library.schemas import (
    Name,
    RunbookCreate,
    RunbookPatch,
    RunbookRead,
    VersionRead,
    VersionStepRead,
)

reading = APIRouter(tags=["runbooks"], dependencies=[needs(Grant.RUNBOOKS_READ, "see runbooks")])
WRITES = [needs(Grant.RUNBOOKS_WRITE, "change runbooks")]
PUBLISHES = [needs(Grant.RUNBOOKS_PUBLISH, "publish runbooks")]
changing = APIRouter(tags=["runbooks"], route_class=IdempotentRoute)
Number = Annotated[Revision, Path(description="The version's number.")]
Answer = dict[str, object]


@reading.get("/runbooks", response_model=Many[RunbookRead])
async def list_runbooks(request: Request, reader: ReaderDep, offset: OffsetDep) -> Answer:
    """Runbooks, the newest first."""
    rows, total = await queries.runbooks(reader, offset)
    return many(Page(rows=rows, per_page=offset.per_page, page=offset.page, total=total), request)


@changing.post("/runbooks", dependencies=WRITES, response_model=Item[RunbookRead], status_code=201)
async def create_runbook(
    request: Request, response: Response, body: RunbookCreate, tx: Tx, actor: CurrentActor
) -> Answer:
    """A runbook without content; imports give it drafts."""
    created = await service.create_runbook(tx, actor, body.title, body.description)
    runbook = await queries.runbook(SessionReader(tx), created.key)
    return one(runbook, runbook.revision, request, response)


@reading.get("/runbooks/{key}", response_model=Item[RunbookRead])
async def read_runbook(request: Request, response: Response, key: Name, reader: ReaderDep) -> Answer:
    """One runbook."""
    runbook = await queries.runbook(reader, key)
    return one(runbook, runbook.revision, request, response)


@changing.patch("/runbooks/{key}", dependencies=WRITES, response_model=Item[RunbookRead])
async def update_runbook(
    request: Request,
    response: Response,
    key: Name,
    body: RunbookPatch,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> Answer:
    """Rename or describe a runbook."""
    await service.update_runbook(
        tx, actor, key, title=body.title, description=body.description, seen_revision=seen
    )
    runbook = await queries.runbook(SessionReader(tx), key)
    return one(runbook, runbook.revision, request, response)


@reading.get("/runbooks/{key}/versions", response_model=Many[VersionRead])
async def list_versions(request: Request, key: Name, reader: ReaderDep) -> Answer:
    """All versions, the newest first."""
    runbook = await queries.runbook(reader, key)
    return every(await queries.versions(reader, runbook.id), request)


@changing.post(
    "/runbooks/{key}/versions", dependencies=PUBLISHES, response_model=Item[VersionRead], status_code=201
)
async def publish(request: Request, response: Response, key: Name, tx: Tx, actor: CurrentActor) -> Answer:
    """Publish the draft: it becomes an immutable version, of which runs can be made."""
    published = await service.publish_version(tx, actor, key)
    version = await queries.version(SessionReader(tx), published.runbook_id, published.version)
    return one(version, version.revision, request, response)


@reading.get("/runbooks/{key}/versions/{number}", response_model=Item[VersionRead])
async def read_version(
    request: Request, response: Response, key: Name, number: Number, reader: ReaderDep
) -> Answer:
    """One version."""
    runbook = await queries.runbook(reader, key)
    version = await queries.version(reader, runbook.id, number)
    return one(version, version.revision, request, response)


@reading.get("/runbooks/{key}/versions/{number}/steps", response_model=Many[VersionStepRead])
async def list_version_steps(request: Request, key: Name, number: Number, reader: ReaderDep) -> Answer:
    """The steps of a version, in their order."""
    runbook = await queries.runbook(reader, key)
    version = await queries.version(reader, runbook.id, number)
    return every(await reader.all(queries.steps_of(version.id)), request)
