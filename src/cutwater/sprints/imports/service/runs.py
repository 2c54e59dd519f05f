"""An import's way: uploaded, read, shown, confirmed, applied as one; or failed with nothing applied."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit, notifications
from cutwater.kernel import clock, files
from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.errors import Conflict, Invalid, NotFound, refuse_if
from cutwater.kernel.etags import refuse_stale
from cutwater.kernel.grants import Grant
from cutwater.kernel.ids import new_id, next_key
from cutwater.kernel.jobs import defer
from cutwater.sprints.core import reviewing, staging
from cutwater.sprints.core.facts import ROLES, ImportState, Severity, SiteKind, SprintState
from cutwater.sprints.core.fields import FieldMap
from cutwater.sprints.core.records import Batch, SourceFile
from cutwater.sprints.imports.events import ImportApplied, ImportDiscarded, ImportFailed, ImportStarted
from cutwater.sprints.imports.models import ImportFile, ImportRun
from cutwater.sprints.imports.ports import IssueFiles
from cutwater.sprints.imports.service import applying
from cutwater.sprints.imports.service.applying import Tell, tell_nobody
from cutwater.sprints.mapping.service import confirm_for_import, mapping_of
from cutwater.sprints.sites.service import own_site, site_for_update
from cutwater.sprints.sprints.models import Sprint
from cutwater.sprints.sprints.queries import sprint_for_update
from cutwater.sprints.sprints.service.verbs import findable

MAX_FILES = 20


async def start_import(
    tx: AsyncSession, actor: Actor, uploads: Sequence[SourceFile], *, site_id: UUID | None = None
) -> ImportRun:
    """Keep the files and read them in a job; nothing else changes until a person confirms."""
    refuse_if(lacking(actor, Grant.SPRINTS_WRITE, "import issues"))
    if not uploads:
        raise Invalid({"files": "Choose at least one file."})
    if len(uploads) > MAX_FILES:
        raise Invalid({"files": f"At most {MAX_FILES} files at once."})
    run = await _new_run(tx, actor, site_id, ImportState.READING)
    for position, upload in enumerate(uploads):
        file_id = await files.keep(tx, upload.name, "application/octet-stream", upload.content)
        tx.add(ImportFile(id=new_id(), import_run_id=run.id, file_id=file_id, position=position))
    title = f"Import {', '.join(upload.name for upload in uploads[:3])}"
    run.work_id = await notifications.begin_work(
        tx, actor, "import", title, path=f"/sprints/import/{run.key}"
    )
    await tx.flush()
    await audit.record(
        tx, actor, ImportStarted(import_id=run.id, key=run.key, site_id=run.site_id, files=len(uploads))
    )
    await defer(tx, "sprints.read_import", organization_id=actor.organization_id, import_id=run.id)
    return run


async def _new_run(tx: AsyncSession, actor: Actor, site_id: UUID | None, state: ImportState) -> ImportRun:
    site = (await site_for_update(tx, site_id)).id if site_id else await own_site(tx, SiteKind.FILES)
    run = ImportRun(
        id=new_id(),
        key=await next_key(tx, "IMP"),
        site_id=site,
        state=state,
        started_by=actor.user_id,
        revision=1,
    )
    tx.add(run)
    await tx.flush()
    return run


async def run_for_update(tx: AsyncSession, key: str | UUID) -> ImportRun:
    """The import, locked; NotFound when it is not this organization's."""
    wanted = ImportRun.id == key if isinstance(key, UUID) else ImportRun.key == key
    run = await tx.scalar(select(ImportRun).where(wanted).with_for_update())
    if run is None:
        raise NotFound(f"Import {str(key)[:60]}")
    return run


async def uploads_of(tx: AsyncSession, import_id: UUID) -> list[SourceFile]:
    """The files of an import, in the order they were given."""
    ids = await tx.scalars(
        select(ImportFile.file_id).where(ImportFile.import_run_id == import_id).order_by(ImportFile.position)
    )
    stored = [await files.read(tx, file_id) for file_id in ids]
    return [SourceFile(name=item.name, content=item.content) for item in stored]


async def show_for_review(tx: AsyncSession, actor: Actor, import_id: UUID, batch: Batch) -> ImportRun:
    """Keep what reading found, and ask a person; with errors the import ends here."""
    run = await run_for_update(tx, import_id)
    if run.state != ImportState.READING:
        return run
    run.contents = reviewing.contents(batch)
    run.read_at, run.revision = clock.now(), run.revision + 1
    if batch.errors or not (
        batch.issues or batch.sprints or batch.statuses or batch.projects or batch.boards
    ):
        await _fail(tx, actor, run, batch.oddities)
        return run
    known, met = staging.meet(batch, await applying.known_of(tx, run.site_id, batch))
    if any(item.severity is Severity.ERROR for item in met):
        await _fail(tx, actor, run, [*batch.oddities, *met])
        return run
    confirmed = await mapping_of(tx, run.site_id, reviewing.projects(batch))
    review = reviewing.review(batch, confirmed)
    run.choices, run.mapping, run.coverage = review.choices, review.mapping.as_dict(), review.coverage
    run.counts = review.counts | {"known": known}
    run.oddities = reviewing.kept([*batch.oddities, *met, *review.oddities])
    run.state = ImportState.REVIEW
    return run


async def _fail(
    tx: AsyncSession, actor: Actor, run: ImportRun, oddities: Sequence[Any], failure: str = ""
) -> None:
    run.oddities = reviewing.kept(oddities)
    run.state = ImportState.FAILED
    run.failure = failure or reviewing.failure(oddities)
    run.revision += 1
    if run.work_id:
        await notifications.end_work(tx, run.work_id, failed=run.failure)
    await audit.record(tx, actor, ImportFailed(import_id=run.id, key=run.key, site_id=run.site_id))


async def fail_import(tx: AsyncSession, actor: Actor, import_id: UUID, failure: str) -> None:
    """End an import that could not be read or applied, unless it ended already."""
    run = await run_for_update(tx, import_id)
    if run.state in (ImportState.READING, ImportState.APPLYING):
        await _fail(tx, actor, run, (), failure)


async def confirm_import(
    tx: AsyncSession,
    actor: Actor,
    key: str,
    mapping: FieldMap,
    *,
    sprint: str = "",
    new_sprint: str = "",
    seen_revision: int | None = None,
) -> ImportRun:
    """A person confirms the mapping (and the sprint for issues that name none); a job applies it as one."""
    refuse_if(lacking(actor, Grant.SPRINTS_WRITE, "import issues"))
    run = await run_for_update(tx, key)
    refuse_stale(run.revision, seen_revision)
    if run.state != ImportState.REVIEW:
        raise Conflict(
            f"This import is {run.state.lower()}; only one that waits for confirmation can be applied."
        )
    unknown = {role: getattr(mapping, role) for role in ROLES}
    wrong = {
        role: "Choose one of the fields that were found."
        for role, field_id in unknown.items()
        if field_id and field_id not in run.choices.get("known", [])
    }
    if wrong:
        raise Invalid(wrong)
    await confirm_for_import(tx, actor, run.site_id, mapping, run.choices.get("projects", []))
    if new_sprint:
        run.new_sprint = new_sprint
    elif sprint:
        run.sprint_id = (await sprint_for_update(tx, sprint)).id
    run.mapping, run.state, run.revision = mapping.as_dict(), ImportState.APPLYING, run.revision + 1
    await defer(tx, "sprints.apply_import", organization_id=actor.organization_id, import_id=run.id)
    return run


async def discard_import(
    tx: AsyncSession, actor: Actor, key: str, *, seen_revision: int | None = None
) -> ImportRun:
    """Put an import aside before it is applied."""
    refuse_if(lacking(actor, Grant.SPRINTS_WRITE, "discard an import"))
    run = await run_for_update(tx, key)
    refuse_stale(run.revision, seen_revision)
    if run.state not in (ImportState.REVIEW, ImportState.READING, ImportState.FAILED):
        raise Conflict(f"This import is {run.state.lower()} and cannot be discarded.")
    run.state, run.revision = ImportState.DISCARDED, run.revision + 1
    if run.work_id:
        await notifications.end_work(tx, run.work_id, result={"discarded": True})
    await audit.record(tx, actor, ImportDiscarded(import_id=run.id, key=run.key, site_id=run.site_id))
    return run


async def apply_import(
    tx: AsyncSession, actor: Actor, import_id: UUID, batch: Batch, *, tell: Tell = tell_nobody
) -> ImportRun:
    """Apply a confirmed import as one; run twice, the second finds it applied."""
    run = await run_for_update(tx, import_id)
    if run.state != ImportState.APPLYING:
        return run
    mapping = FieldMap(**{role: str(run.mapping.get(role, "")) for role in ROLES})
    if run.new_sprint and run.sprint_id is None:
        run.sprint_id = (await _sprint_for(tx, run)).id
    applied = await applying.apply(tx, run.site_id, batch, mapping, into_sprint=run.sprint_id, tell=tell)
    if applied.errors:
        await _fail(tx, actor, run, applied.oddities)
        return run
    run.coverage = reviewing.review(batch, mapping).coverage
    run.oddities, run.counts = reviewing.kept(applied.oddities), dict(applied.counts)
    run.state, run.applied_at, run.revision = ImportState.APPLIED, clock.now(), run.revision + 1
    event = ImportApplied(import_id=run.id, key=run.key, site_id=run.site_id, counts=applied.counts)
    await audit.record(tx, actor, event)
    if run.work_id:
        await notifications.end_work(tx, run.work_id, result={"import": run.key, **applied.counts})
    return run


async def _sprint_for(tx: AsyncSession, run: ImportRun) -> Sprint:
    sprint = Sprint(
        id=new_id(),
        key=await next_key(tx, "SPR"),
        site_id=run.site_id,
        name=run.new_sprint,
        state=SprintState.PLANNING,
        revision=1,
    )
    tx.add(sprint)
    await tx.flush()
    await findable(tx, [sprint])
    return sprint


async def import_files(
    tx: AsyncSession,
    actor: Actor,
    uploads: Sequence[SourceFile],
    reader: IssueFiles,
    *,
    site_id: UUID | None = None,
    mapping: FieldMap | None = None,
    sprint: str = "",
    new_sprint: str = "",
) -> ImportRun:
    """The whole way at once, in this transaction: for scripts and the demo."""
    run = await start_import(tx, actor, uploads, site_id=site_id)
    batch = reader.read(uploads)
    run = await show_for_review(tx, actor, run.id, batch)
    if run.state == ImportState.FAILED:
        raise Invalid(run.failure)
    chosen = mapping or FieldMap(**{role: str(run.mapping.get(role, "")) for role in ROLES})
    run = await confirm_import(tx, actor, run.key, chosen, sprint=sprint, new_sprint=new_sprint)
    run = await apply_import(tx, actor, run.id, batch)
    if run.state == ImportState.FAILED:
        raise Invalid(run.failure)
    return run
