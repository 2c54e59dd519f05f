"""Migrations and their iterations."""

from typing import Any

from fastapi import APIRouter, Request, Response

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, many
from cutwater.kernel.etags import SeenRevision
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.paging import OffsetDep, Page
from cutwater.kernel.reader import SessionReader
from cutwater.runbooks.api.answers import Name, every, one, run
from cutwater.runbooks.queries import runs as queries
from cutwater.runbooks.schemas import MigrationCreate, MigrationPatch, MigrationRead, RunCreate, RunRead
from cutwater.runbooks.service import migrations
from cutwater.runbooks.service.migrations import IterationPlan
from cutwater.runbooks.zones import known_zone

reading = APIRouter(tags=["migrations"], dependencies=[needs(Grant.RUNS_READ, "see migrations")])
changing = APIRouter(
    tags=["migrations"],
    dependencies=[needs(Grant.RUNS_PLAN, "change migrations")],
    route_class=IdempotentRoute,
)


@reading.get("/migrations", response_model=Many[MigrationRead])
async def list_migrations(request: Request, reader: ReaderDep, offset: OffsetDep) -> Any:
    """Migrations, the newest first."""
    rows, total = await queries.migrations(reader, offset)
    return many(Page(rows=rows, per_page=offset.per_page, page=offset.page, total=total), request)


@changing.post("/migrations", response_model=Item[MigrationRead], status_code=201)
async def create_migration(
    request: Request, response: Response, body: MigrationCreate, tx: Tx, actor: CurrentActor
) -> Any:
    """A programme, to which rehearsals and a cutover belong."""
    made = await migrations.create_migration(
        tx, actor, body.title, description=body.description, zone=known_zone(body.zone)
    )
    await tx.flush()
    return one(made, made.revision, request, response)


@reading.get("/migrations/{key}", response_model=Item[MigrationRead])
async def read_migration(request: Request, response: Response, key: Name, reader: ReaderDep) -> Any:
    """One migration."""
    found = await queries.migration(reader, key)
    return one(found, found.revision, request, response)


@changing.patch("/migrations/{key}", response_model=Item[MigrationRead])
async def change_migration(
    request: Request,
    response: Response,
    key: Name,
    body: MigrationPatch,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> Any:
    """Rename or describe a migration."""
    changed = await migrations.update_migration(
        tx, actor, key, title=body.title, description=body.description, seen_revision=seen
    )
    await tx.flush()
    return one(changed, changed.revision, request, response)


@reading.get("/migrations/{key}/iterations", response_model=Many[RunRead])
async def list_iterations(request: Request, key: Name, reader: ReaderDep) -> Any:
    """The iterations of a migration, by planned start."""
    found = await queries.migration(reader, key)
    return every([run(each) for each in await queries.iterations_of(reader, [found.id])], request)


@changing.post("/migrations/{key}/iterations", response_model=Item[RunRead], status_code=201)
async def create_iteration(
    request: Request, response: Response, key: Name, body: RunCreate, tx: Tx, actor: CurrentActor
) -> Any:
    """Make a run of a published version: a full copy, planned from its start."""
    plan = IterationPlan(
        runbook_key=body.runbook, version=body.version, type=body.type, planned_start=body.planned_start,
        window_end=body.window_end, title=body.title, communications=body.communications,
        is_rehearsal=body.is_rehearsal,
    )  # fmt: skip
    made = await migrations.create_iteration(tx, actor, key, plan)
    await tx.flush()
    found = await queries.overview(SessionReader(tx), made.key)
    return one(run(found), found.head.revision, request, response)
