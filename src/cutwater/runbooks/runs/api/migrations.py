"""Migrations and their iterations."""

from typing import Any

from fastapi import APIRouter, Request, Response

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
from cutwater.runbooks.runs.queries.migrations import migration, migrations
from cutwater.runbooks.runs.queries.runs import overview, runs_of
from cutwater.runbooks.runs.schemas import MigrationCreate, MigrationPatch, MigrationRead, RunCreate, RunRead
from cutwater.runbooks.runs.service import migrations as service_migrations
from cutwater.runbooks.runs.service import runs as service_runs
from cutwater.runbooks.runs.service.runs import RunPlan
from cutwater.runbooks.runs.views import run

reading = APIRouter(tags=["migrations"], dependencies=[needs(Grant.RUNS_READ, "see migrations")])
changing = APIRouter(
    tags=["migrations"],
    dependencies=[needs(Grant.RUNS_PLAN, "change migrations")],
    route_class=IdempotentRoute,
)


@reading.get("/migrations", response_model=Many[MigrationRead])
async def list_migrations(request: Request, reader: ReaderDep, offset: OffsetDep) -> Any:
    """Migrations, the newest first."""
    rows, total = await migrations(reader, offset)
    return many(Page(rows=rows, per_page=offset.per_page, page=offset.page, total=total), request)


@changing.post("/migrations", response_model=Item[MigrationRead], status_code=201)
async def create_migration(
    request: Request, response: Response, body: MigrationCreate, tx: Tx, actor: CurrentActor
) -> Any:
    """A programme, to which rehearsals and a cutover belong."""
    made = await service_migrations.create_migration(
        tx, actor, body.title, description=body.description, zone=known_zone(body.zone)
    )
    await tx.flush()
    return one(made, made.revision, request, response)


@reading.get("/migrations/{key}", response_model=Item[MigrationRead])
async def read_migration(request: Request, response: Response, key: Name, reader: ReaderDep) -> Any:
    """One migration."""
    found = await migration(reader, key)
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
    changed = await service_migrations.update_migration(
        tx, actor, key, title=body.title, description=body.description, seen_revision=seen
    )
    await tx.flush()
    return one(changed, changed.revision, request, response)


@reading.get("/migrations/{key}/iterations", response_model=Many[RunRead])
async def list_runs_of_migration(request: Request, key: Name, reader: ReaderDep) -> Any:
    """The iterations of a migration, by planned start."""
    found = await migration(reader, key)
    return every([run(each) for each in await runs_of(reader, [found.id])], request)


@changing.post("/migrations/{key}/iterations", response_model=Item[RunRead], status_code=201)
async def create_run(
    request: Request, response: Response, key: Name, body: RunCreate, tx: Tx, actor: CurrentActor
) -> Any:
    """Make a run of a published version: a full copy, planned from its start."""
    plan = RunPlan(
        runbook_key=body.runbook, version=body.version, type=body.type, planned_start=body.planned_start,
        window_end=body.window_end, title=body.title, communications=body.communications,
        is_rehearsal=body.is_rehearsal,
    )  # fmt: skip
    made = await service_runs.create_run(tx, actor, key, plan)
    await tx.flush()
    found = await overview(SessionReader(tx), made.key)
    return one(run(found), found.head.revision, request, response)
