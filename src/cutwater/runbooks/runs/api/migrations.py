"""Migrations and their runs."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, every, many, one
from cutwater.kernel.etags import SeenRevision
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.paging import OffsetDep, Page
from cutwater.kernel.reader import SessionReader
from cutwater.runbooks.core.zones import known_zone
from cutwater.runbooks.library.schemas import Name
from cutwater.runbooks.runs.queries import migrations as queries
from cutwater.runbooks.runs.queries.runs import overview, runs_of
from cutwater.runbooks.runs.schemas import MigrationCreate, MigrationPatch, MigrationRead, RunCreate, RunRead
from cutwater.runbooks.runs.service import migrations, runs
from cutwater.runbooks.runs.service.runs import RunPlan

reading = APIRouter(tags=["migrations"], dependencies=[needs(Grant.RUNS_READ, "see migrations")])
changing = APIRouter(
    tags=["migrations"],
    dependencies=[needs(Grant.RUNS_PLAN, "change migrations")],
    route_class=IdempotentRoute,
)
Answer = dict[str, object]


@reading.get("/migrations", response_model=Many[MigrationRead])
async def list_migrations(request: Request, reader: ReaderDep, offset: OffsetDep) -> Answer:
    """Migrations, the newest first."""
    rows, total = await queries.migrations(reader, offset)
    return many(Page(rows=rows, per_page=offset.per_page, page=offset.page, total=total), request)


@changing.post("/migrations", response_model=Item[MigrationRead], status_code=201)
async def create_migration(
    request: Request, response: Response, body: MigrationCreate, tx: Tx, actor: CurrentActor
) -> Answer:
    """A programme, to which rehearsals and a cutover belong."""
    zone = known_zone(body.zone)
    created = await migrations.create_migration(
        tx, actor, body.title, description=body.description, zone=zone
    )
    return await _migration(tx, created.migration_id, request, response)


@reading.get("/migrations/{key}", response_model=Item[MigrationRead])
async def read_migration(request: Request, response: Response, key: Name, reader: ReaderDep) -> Answer:
    """One migration."""
    migration = await queries.migration(reader, key)
    return one(migration, migration.revision, request, response)


@changing.patch("/migrations/{key}", response_model=Item[MigrationRead])
async def update_migration(
    request: Request,
    response: Response,
    key: Name,
    body: MigrationPatch,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> Answer:
    """Rename or describe a migration."""
    migration_id = await migrations.update_migration(
        tx, actor, key, title=body.title, description=body.description, seen_revision=seen
    )
    return await _migration(tx, migration_id, request, response)


@reading.get("/migrations/{key}/iterations", response_model=Many[RunRead])
async def list_runs_of_migration(request: Request, key: Name, reader: ReaderDep) -> Answer:
    """The runs of a migration, by planned start."""
    migration = await queries.migration(reader, key)
    return every(await runs_of(reader, [migration.id]), request)


@changing.post("/migrations/{key}/iterations", response_model=Item[RunRead], status_code=201)
async def create_run(
    request: Request, response: Response, key: Name, body: RunCreate, tx: Tx, actor: CurrentActor
) -> Answer:
    """Make a run of a published version: a full copy, planned from its start."""
    plan = RunPlan(
        runbook_key=body.runbook, version=body.version, type=body.type, planned_start=body.planned_start,
        window_end=body.window_end, title=body.title, communications=body.communications,
        is_rehearsal=body.is_rehearsal,
    )  # fmt: skip
    created = await runs.create_run(tx, actor, key, plan)
    run = await overview(SessionReader(tx), created.run_id)
    return one(run, run.revision, request, response)


async def _migration(tx: AsyncSession, migration_id: UUID, request: Request, response: Response) -> Answer:
    migration = await queries.migration(SessionReader(tx), migration_id)
    return one(migration, migration.revision, request, response)
