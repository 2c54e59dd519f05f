"""The import wizard: upload, look at what was recognised and how complete it is, confirm, read the report."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from cutwater.kernel.actor import Actor, CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.grants import Grant
from cutwater.kernel.paging import OffsetDep
from cutwater.kernel.reader import Reader
from cutwater.kernel.wire import Line
from cutwater.sprints.core.facts import ROLE_NAMES, ImportState, Role
from cutwater.sprints.core.fields import FieldMap
from cutwater.sprints.imports import queries
from cutwater.sprints.imports.forms import ConfirmForm, UploadForm, bounded
from cutwater.sprints.imports.queries import ImportRow
from cutwater.sprints.imports.service import runs as service
from cutwater.sprints.mapping.pages import RoleChoice
from cutwater.sprints.mapping.queries import sites
from cutwater.sprints.sites.queries import is_native
from cutwater.sprints.sprints import permissions
from cutwater.sprints.sprints import queries as sprint_queries
from cutwater.sprints.sprints.forms import RevisionForm
from cutwater.web import Refusal, View

router = APIRouter()
reads, writes = needs(Grant.SPRINTS_READ), needs(Grant.SPRINTS_WRITE, "import issues")


@router.get("/sprints/imports", dependencies=[reads])
async def imports(reader: ReaderDep, actor: CurrentActor, view: View, offset: OffsetDep) -> Response:
    """Every import with what came of it."""
    page = await queries.import_page(reader, offset)
    why = permissions.to_write(actor, "import issues")
    return view.page("sprints/imports/list.html", page=page, why=why)


@router.get("/sprints/import", dependencies=[writes])
async def upload_form(reader: ReaderDep, view: View) -> Response:
    """The first step: choose files and the site they belong to."""
    return await _upload_form(reader, view)


async def _upload_form(reader: Reader, view: View, refusal: Refusal | None = None) -> Response:
    status = refusal.status if refusal else 200
    into = [(str(row.id), row.name) for row in await sites(reader) if not is_native(row.kind)]
    return view.page("sprints/imports/upload.html", status=status, sites=into, refusal=refusal)


@router.post("/sprints/import", dependencies=[writes])
async def start(request: Request, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Keep the files and read them in the background."""
    view.if_refused(lambda refusal: _upload_form(reader, view, refusal))
    limit = request.app.state.settings.upload_limit_mb * 1_048_576
    given = (await view.fields()).getlist("files")
    uploads = [await bounded(each, limit) for each in given if isinstance(each, UploadFile) and each.filename]
    form = await view.form(UploadForm)
    started = await service.start_import(tx, actor, uploads, site_id=form.site)
    return view.done(f"/sprints/import/{started.key}")


@router.get("/sprints/import/{key}", dependencies=[reads])
async def import_page(
    key: Line,
    reader: ReaderDep,
    actor: CurrentActor,
    view: View,
    seen: Annotated[Line, Query(max_length=20)] = "",
) -> Response:
    """An import: being read, waiting for confirmation, applied with its report, or failed with reasons."""
    return await show(key, reader, actor, view, seen=seen)


async def show(
    key: str, reader: Reader, actor: Actor, view: View, refusal: Refusal | None = None, *, seen: str = ""
) -> Response:
    """The page of an import, also after a refusal; 204 to a page that has seen this state already."""
    record = await queries.import_record(reader, key)
    run, files = record.run, record.files
    if view.kind == "partial" and run.state == seen:
        return Response(status_code=204)
    sprints = []
    if run.state == ImportState.REVIEW:
        ours = [row for row in await reader.all(sprint_queries.choices()) if row.is_ours]
        sprints = [(row.key, f"{row.key} {row.name}") for row in ours]
    return view.show(
        "sprints/imports/body.html" if view.kind == "partial" else "sprints/imports/import.html",
        block="",
        status=refusal.status if refusal else 200,
        run=run,
        files=files,
        sprints=sprints,
        roles=[RoleChoice(role.value, *ROLE_NAMES[role], _options(run, role.value)) for role in Role],
        why=permissions.to_write(actor, "import issues"),
        suggested=files[0].name.rpartition(".")[0].replace("_", " ").strip().capitalize() if files else "",
        refusal=refusal,
    )


def _options(run: ImportRow, role: str) -> list[tuple[str, str]]:
    """Candidates first, each with its reason, then every other field."""
    candidates = run.choices.get("candidates", {}).get(role, [])
    first = [(item["field"], f"{item['name']}: {item['reason']}") for item in candidates]
    known = {field for field, _ in first}
    total = run.counts.get("issues", 0)
    rest = [
        (field, f"{name} · {filled:,} of {total:,} issues")
        for field, name, filled in run.choices.get("all", [])
        if field not in known
    ]
    current = run.mapping.get(role, "")
    if current and current not in {field for field, _ in (*first, *rest)}:
        first = [(current, f"{current}: confirmed earlier, not in these files"), *first]
    return first + rest


@router.post("/sprints/import/{key}/confirm", dependencies=[writes])
async def confirm(key: Line, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Confirm the mapping; the import is applied in the background, all of it or nothing."""
    view.if_refused(lambda refusal: show(key, reader, actor, view, refusal))
    form = await view.form(ConfirmForm)
    await service.confirm_import(
        tx,
        actor,
        key,
        FieldMap.of(form),
        sprint=form.into_sprint,
        new_sprint=form.new_sprint,
        seen_revision=form.revision,
    )
    return view.done(f"/sprints/import/{key}")


@router.post("/sprints/import/{key}/discard", dependencies=[writes])
async def discard(key: Line, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Put an import aside before it is applied."""
    view.if_refused(lambda refusal: show(key, reader, actor, view, refusal))
    form = await view.form(RevisionForm)
    await service.discard_import(tx, actor, key, seen_revision=form.revision)
    return view.done("/sprints/imports", flash="Import discarded; nothing was applied")
