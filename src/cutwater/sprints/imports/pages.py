"""The import wizard: upload, look at what was recognised and how complete it is, confirm, read the report."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from cutwater.kernel.actor import Actor, CurrentActor, lacking, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.grants import Grant
from cutwater.kernel.paging import OffsetDep
from cutwater.kernel.reader import Reader
from cutwater.kernel.wire import Line
from cutwater.sprints.core.facts import ROLE_NAMES, ROLES, Role
from cutwater.sprints.core.fields import FieldMap
from cutwater.sprints.imports import queries
from cutwater.sprints.imports.forms import ConfirmForm, UploadForm, bounded
from cutwater.sprints.imports.service import runs
from cutwater.sprints.mapping import queries as mapping_queries
from cutwater.sprints.sprints import queries as sprint_queries
from cutwater.sprints.sprints.forms import RevisionForm
from cutwater.web import View

router = APIRouter()
reads, writes = needs(Grant.SPRINTS_READ), needs(Grant.SPRINTS_WRITE, "import issues")


@router.get("/sprints/imports", dependencies=[reads])
async def imports(reader: ReaderDep, actor: CurrentActor, view: View, offset: OffsetDep) -> Response:
    """Every import with what came of it."""
    page = await queries.imports(reader, offset)
    return view.page(
        "sprints/imports/list.html", page=page, why=lacking(actor, Grant.SPRINTS_WRITE, "import issues")
    )


@router.get("/sprints/import", dependencies=[writes])
async def upload_form(reader: ReaderDep, view: View) -> Response:
    """The first step: choose files and the site they belong to."""
    return await _upload_form(reader, view)


async def _upload_form(reader: Reader, view: View, refusal: Any = None) -> Response:
    sites = [(str(row.id), row.name) for row in await mapping_queries.sites(reader) if row.kind != "NATIVE"]
    status = refusal.status if refusal else 200
    return view.page("sprints/imports/upload.html", status=status, sites=sites, refusal=refusal)


@router.post("/sprints/import", dependencies=[writes])
async def start(request: Request, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Keep the files and read them in the background."""
    view.if_refused(lambda refusal: _upload_form(reader, view, refusal))
    limit = request.app.state.settings.upload_limit_mb * 1_048_576
    given = (await view.fields()).getlist("files")
    uploads = [await bounded(each, limit) for each in given if isinstance(each, UploadFile) and each.filename]
    form = await view.form(UploadForm)
    run = await runs.start_import(tx, actor, uploads, site_id=form.site)
    return view.done(f"/sprints/import/{run.key}")


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
    key: str, reader: Reader, actor: Actor, view: View, refusal: Any = None, *, seen: str = ""
) -> Response:
    """The page of an import, also after a refusal; 204 to a page that has seen this state already."""
    run, files = await queries.import_whole(reader, key)
    if view.kind == "partial" and run.state == seen:
        return Response(status_code=204)
    sprints = []
    if run.state == "REVIEW":
        ours = [row for row in await reader.all(sprint_queries.choices()) if row.external_id is None]
        sprints = [(row.key, f"{row.key} {row.name}") for row in ours]
    context = {
        "run": run,
        "files": files,
        "sprints": sprints,
        "roles": [(role.value, *ROLE_NAMES[role], _options(run, role.value)) for role in Role],
        "why": lacking(actor, Grant.SPRINTS_WRITE, "import issues"),
        "suggested": files[0].name.rpartition(".")[0].replace("_", " ").strip().capitalize() if files else "",
        "refusal": refusal,
    }
    if view.kind == "partial":
        return view.block("sprints/imports/import.html", "body", **context)
    return view.page("sprints/imports/import.html", status=refusal.status if refusal else 200, **context)


def _options(run: Any, role: str) -> list[tuple[str, str]]:
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
    mapping = FieldMap(**{role: getattr(form, role) for role in ROLES})
    await runs.confirm_import(
        tx,
        actor,
        key,
        mapping,
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
    await runs.discard_import(tx, actor, key, seen_revision=form.revision)
    return view.done("/sprints/imports", flash="Import discarded; nothing was applied")
