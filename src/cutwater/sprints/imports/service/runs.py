"""An import's way: uploaded, read, shown, confirmed, applied as one; or failed with nothing applied."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit, notifications
from cutwater.kernel import clock, files
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import changed
from cutwater.kernel.errors import Invalid, refuse
from cutwater.kernel.ids import new_id, next_key
from cutwater.kernel.jobs import defer
from cutwater.kernel.keyed import held
from cutwater.kernel.reader import SessionReader
from cutwater.sprints.core import reviewing, staging
from cutwater.sprints.core.facts import ImportState, Severity, SiteKind
from cutwater.sprints.core.fields import FieldMap
from cutwater.sprints.core.import_machine import to_confirm, to_discard
from cutwater.sprints.core.records import Batch, Oddity, SourceFile
from cutwater.sprints.imports import queries
from cutwater.sprints.imports.events import ImportApplied, ImportDiscarded, ImportFailed, ImportStarted
from cutwater.sprints.imports.models import ImportFile, ImportRun
from cutwater.sprints.imports.ports import IssueFiles
from cutwater.sprints.imports.service.application import Tell, apply_batch, tell_nobody
from cutwater.sprints.issues.service.mirror import known_of
from cutwater.sprints.mapping.service import confirm_for_import, mapping_of
from cutwater.sprints.sites.models import Site
from cutwater.sprints.sites.service import own_site
from cutwater.sprints.sprints import permissions
from cutwater.sprints.sprints.service.sprints import held_sprint, planned

MAX_FILES = 20


async def held_run(tx: AsyncSession, key: str | UUID) -> ImportRun:
    """The import, locked; NotFound when it is not this organization's."""
    return await held(tx, ImportRun, key, what=f"Import {str(key)[:60]}")


async def start_import(
    tx: AsyncSession, actor: Actor, uploads: Sequence[SourceFile], *, site_id: UUID | None = None
) -> ImportStarted:
    """Keep the files and read them in a job; nothing else changes until a person confirms."""
    refuse(may=permissions.to_write(actor, "import issues"))
    if not uploads:
        raise Invalid({"files": "Choose at least one file."})
    if len(uploads) > MAX_FILES:
        raise Invalid({"files": f"At most {MAX_FILES} files at once."})
    run = await _new_run(tx, actor, site_id)
    for position, upload in enumerate(uploads):
        file_id = await files.keep(tx, upload.name, "application/octet-stream", upload.content)
        tx.add(ImportFile(id=new_id(), import_run_id=run.id, file_id=file_id, position=position))
    title = f"Import {', '.join(upload.name for upload in uploads[:3])}"
    run.work_id = await notifications.begin_work(
        tx, actor, "import", title, path=f"/sprints/import/{run.key}"
    )
    await tx.flush()
    started = ImportStarted(import_id=run.id, key=run.key, site_id=run.site_id, files=len(uploads))
    await audit.record(tx, actor, started)
    await defer(tx, "sprints.read_import", organization_id=actor.organization_id, import_id=run.id)
    return started


async def _new_run(tx: AsyncSession, actor: Actor, site_id: UUID | None) -> ImportRun:
    if site_id is None:
        site_id = await own_site(tx, SiteKind.FILES)
    else:
        await held(tx, Site, site_id, what="This site")
    run = ImportRun(
        id=new_id(),
        key=await next_key(tx, "IMP"),
        site_id=site_id,
        state=ImportState.READING,
        started_by=actor.user_id,
        revision=1,
    )
    tx.add(run)
    await tx.flush()
    return run


async def uploads_of(tx: AsyncSession, import_id: UUID) -> list[SourceFile]:
    """The files of an import, in the order they were given."""
    stored = [await files.read(tx, file_id) for file_id in await tx.scalars(queries.files_of(import_id))]
    return [SourceFile(name=item.name, content=item.content) for item in stored]


async def show_for_review(tx: AsyncSession, actor: Actor, import_id: UUID, batch: Batch) -> None:
    """Keep what reading found, and ask a person; with errors the import ends here."""
    run = await held_run(tx, import_id)
    if run.state != ImportState.READING:
        return
    run.contents, run.read_at = reviewing.contents(batch), clock.now()
    if batch.errors or batch.is_empty:
        await _fail(tx, actor, run, batch.oddities)
        return
    known, met = staging.meet(batch, await known_of(SessionReader(tx), run.site_id, batch))
    if any(item.severity is Severity.ERROR for item in met):
        await _fail(tx, actor, run, [*batch.oddities, *met])
        return
    confirmed = await mapping_of(tx, run.site_id, reviewing.projects(batch))
    review = reviewing.review(batch, confirmed)
    run.choices, run.mapping, run.coverage = review.choices, review.mapping.as_dict(), review.coverage
    run.counts = review.counts | {"known": known}
    run.oddities = reviewing.kept([*batch.oddities, *met, *review.oddities])
    changed(run, {"state": ImportState.REVIEW})


async def _fail(
    tx: AsyncSession, actor: Actor, run: ImportRun, oddities: Sequence[Oddity], failure: str = ""
) -> None:
    run.oddities = reviewing.kept(oddities)
    run.failure = failure or reviewing.failure(oddities)
    changed(run, {"state": ImportState.FAILED})
    if run.work_id:
        await notifications.end_work(tx, run.work_id, failed=run.failure)
    await audit.record(tx, actor, ImportFailed(import_id=run.id, key=run.key, site_id=run.site_id))


async def fail_import(tx: AsyncSession, actor: Actor, import_id: UUID, failure: str) -> None:
    """End an import that could not be read or applied, unless it ended already."""
    run = await held_run(tx, import_id)
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
) -> UUID:
    """A person confirms the mapping (and the sprint for issues that name none); a job applies it as one."""
    run = await held_run(tx, key)
    refuse(
        may=permissions.to_write(actor, "import issues"),
        seen=await audit.stale(tx, "import", run, seen_revision),
        rules=to_confirm(ImportState(run.state)),
    )
    _refuse_unknown_fields(mapping, run.choices.get("known", []))
    await confirm_for_import(tx, actor, run.site_id, mapping, run.choices.get("projects", []))
    if new_sprint:
        run.new_sprint = new_sprint
    elif sprint:
        run.sprint_id = (await held_sprint(tx, sprint)).id
    changed(run, {"mapping": mapping.as_dict(), "state": ImportState.APPLYING})
    await defer(tx, "sprints.apply_import", organization_id=actor.organization_id, import_id=run.id)
    return run.id


def _refuse_unknown_fields(mapping: FieldMap, known: Sequence[str]) -> None:
    wrong = {
        role: "Choose one of the fields that were found."
        for role, field_id in mapping.as_dict().items()
        if field_id and field_id not in known
    }
    if wrong:
        raise Invalid(wrong)


async def discard_import(
    tx: AsyncSession, actor: Actor, key: str, *, seen_revision: int | None = None
) -> UUID:
    """Put an import aside before it is applied."""
    run = await held_run(tx, key)
    refuse(
        may=permissions.to_write(actor, "discard an import"),
        seen=await audit.stale(tx, "import", run, seen_revision),
        rules=to_discard(ImportState(run.state)),
    )
    changed(run, {"state": ImportState.DISCARDED})
    if run.work_id:
        await notifications.end_work(tx, run.work_id, result={"discarded": True})
    await audit.record(tx, actor, ImportDiscarded(import_id=run.id, key=run.key, site_id=run.site_id))
    return run.id


async def apply_import(
    tx: AsyncSession, actor: Actor, import_id: UUID, batch: Batch, *, tell: Tell = tell_nobody
) -> None:
    """Apply a confirmed import as one; run twice, the second finds it applied."""
    run = await held_run(tx, import_id)
    if run.state != ImportState.APPLYING:
        return
    mapping = FieldMap.stored(run.mapping)
    if run.new_sprint and run.sprint_id is None:
        run.sprint_id = (await planned(tx, run.site_id, run.new_sprint)).id
    applied = await apply_batch(tx, run.site_id, batch, mapping, into_sprint=run.sprint_id, tell=tell)
    if applied.errors:
        await _fail(tx, actor, run, applied.oddities)
        return
    run.coverage = reviewing.review(batch, mapping).coverage
    run.oddities, run.counts = reviewing.kept(applied.oddities), applied.counts
    changed(run, {"state": ImportState.APPLIED, "applied_at": clock.now()})
    event = ImportApplied(import_id=run.id, key=run.key, site_id=run.site_id, counts=applied.counts)
    await audit.record(tx, actor, event)
    if run.work_id:
        await notifications.end_work(tx, run.work_id, result={"import": run.key, **applied.counts})


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
) -> UUID:
    """All of the way at once, in this transaction: for scripts and the demo."""
    started = await start_import(tx, actor, uploads, site_id=site_id)
    batch = reader.read(uploads)
    await show_for_review(tx, actor, started.import_id, batch)
    run = await _unfailed(tx, started.import_id)
    chosen = mapping or FieldMap.stored(run.mapping)
    await confirm_import(tx, actor, started.key, chosen, sprint=sprint, new_sprint=new_sprint)
    await apply_import(tx, actor, run.id, batch)
    return (await _unfailed(tx, run.id)).id


async def _unfailed(tx: AsyncSession, import_id: UUID) -> ImportRun:
    run = await held_run(tx, import_id)
    if run.state == ImportState.FAILED:
        raise Invalid(run.failure)
    return run
