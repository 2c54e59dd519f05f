"""Migrations, and the runs that are planned from them."""

from fastapi import APIRouter, Response

from cutwater import audit
from cutwater.kernel.actor import Actor, CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.errors import Invalid
from cutwater.kernel.grants import Grant
from cutwater.kernel.paging import OffsetDep, Page
from cutwater.kernel.reader import Reader
from cutwater.runbooks.core.facts import RUN_TYPES, Communications
from cutwater.runbooks.core.zones import ZONES, known_zone
from cutwater.runbooks.library.queries import published_versions
from cutwater.runbooks.runs.forms import MigrationForm, RunPlanForm
from cutwater.runbooks.runs.queries import migrations as queries
from cutwater.runbooks.runs.queries.runs import runs_of
from cutwater.runbooks.runs.service.migrations import create_migration, update_migration
from cutwater.runbooks.runs.service.runs import RunPlan, create_run
from cutwater.web import Refusal, View

router = APIRouter(dependencies=[needs(Grant.RUNS_READ, "see migrations")])
TYPES = [(code, each.label) for code, each in RUN_TYPES.items()]
COMMUNICATIONS = [
    (Communications.OFF.value, "Off: nobody is told"),
    (Communications.TEST.value, "Test: only the one who planned the run"),
    (Communications.ON.value, "On: everybody concerned"),
]


@router.get("/migrations")
async def list_migrations(reader: ReaderDep, actor: CurrentActor, view: View, offset: OffsetDep) -> Response:
    """The migrations with their runs."""
    rows, total = await queries.migrations(reader, offset)
    runs = await runs_of(reader, [row.id for row in rows])
    page = Page(rows=rows, per_page=offset.per_page, page=offset.page, total=total)
    by_migration = {row.id: [run for run in runs if run.migration_id == row.id] for row in rows}
    return view.page(
        "runbooks/runs/migrations.html", page=page, runs=by_migration, may_plan=actor.may(Grant.RUNS_PLAN)
    )


@router.get("/migrations/new", dependencies=[needs(Grant.RUNS_PLAN, "create migrations")])
async def new(actor: CurrentActor, view: View) -> Response:
    """The empty form."""
    return await show_new(actor, view)


async def show_new(actor: Actor, view: View, *, refusal: Refusal | None = None) -> Response:
    """The form, also after a refusal."""
    return view.page(
        "runbooks/runs/migration_new.html", status=refusal.status if refusal else 200, refusal=refusal,
        zones=ZONES, zone=actor.zone,
    )  # fmt: skip


@router.post("/migrations/new", dependencies=[needs(Grant.RUNS_PLAN, "manage migrations")])
async def create(tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Create a migration."""
    view.if_refused(lambda refusal: show_new(actor, view, refusal=refusal))
    form = await view.form(MigrationForm)
    created = await create_migration(
        tx, actor, form.title, description=form.description, zone=known_zone(form.zone)
    )
    return view.redirect(f"/migrations/{created.key}", flash=f"{created.key} is created. Plan its first run.")


@router.get("/migrations/{key}")
async def read_migration(key: str, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """A migration: its runs, and the next one to plan."""
    return await show_migration(key, reader, actor, view)


async def show_migration(
    key: str, reader: Reader, actor: Actor, view: View, *, refusal: Refusal | None = None
) -> Response:
    """The page, also after a refusal."""
    migration = await queries.migration(reader, key)
    published = await published_versions(reader)
    return view.page(
        "runbooks/runs/migration.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        migration=migration,
        runs=await runs_of(reader, [migration.id]),
        versions=[
            (f"{each.key}@{each.number}", f"{each.title} – version {each.number} ({each.step_count} steps)")
            for each in published
        ],
        types=TYPES,
        kinds=RUN_TYPES,
        communications=COMMUNICATIONS,
        may_plan=actor.may(Grant.RUNS_PLAN),
        entries=await audit.feed(reader, actor, "migration", migration.id, limit=15),
    )


@router.post("/migrations/{key}/edit", dependencies=[needs(Grant.RUNS_PLAN, "manage migrations")])
async def change(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Rename or describe the migration."""
    view.if_refused(lambda refusal: show_migration(key, reader, actor, view, refusal=refusal))
    form = await view.form(MigrationForm)
    await update_migration(
        tx, actor, key, title=form.title, description=form.description, seen_revision=form.revision
    )
    return view.redirect(f"/migrations/{key}", flash="The migration is changed.")


@router.post("/migrations/{key}/iterations", dependencies=[needs(Grant.RUNS_PLAN, "manage migrations")])
async def plan(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Make a run of a published version."""
    view.if_refused(lambda refusal: show_migration(key, reader, actor, view, refusal=refusal))
    form = await view.form(RunPlanForm)
    runbook, _, number = form.version.partition("@")
    if not number.isdecimal() or len(number) > 6:
        raise Invalid({"version": "Choose a published version."})
    wanted = RunPlan(
        runbook_key=runbook, version=int(number), type=form.type, planned_start=form.planned_start,
        window_end=form.window_end, title=form.title, communications=form.communications,
        is_rehearsal={"rehearsal": True, "live": False}.get(form.mode),
    )  # fmt: skip
    created = await create_run(tx, actor, key, wanted)
    return view.redirect(f"/runs/{created.key}", flash=f"{created.key} is planned.")
