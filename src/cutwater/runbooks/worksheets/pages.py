"""The import wizard: upload → mapping and dry run → apply."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from starlette.datastructures import FormData

from cutwater.kernel.actor import Actor, CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.errors import Invalid
from cutwater.kernel.grants import Grant
from cutwater.kernel.paging import Offset
from cutwater.kernel.reader import Reader
from cutwater.runbooks.core.worksheet.cells import MAX_BYTES
from cutwater.runbooks.core.worksheet.columns import LABELS, Field, letter
from cutwater.runbooks.core.worksheet.plan import Severity, where
from cutwater.runbooks.core.zones import ZONES, known_zone
from cutwater.runbooks.library import queries
from cutwater.runbooks.worksheets import service
from cutwater.runbooks.worksheets.forms import UploadForm
from cutwater.runbooks.worksheets.service import Worksheet
from cutwater.web import Refusal, View

router = APIRouter(dependencies=[needs(Grant.RUNBOOKS_WRITE, "import runbooks")])
MOST_SHOWN = 300


@router.get("/runbooks/import")
async def start(
    reader: ReaderDep, actor: CurrentActor, view: View, runbook: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """Choose a worksheet."""
    return await show_start(reader, actor, view, runbook=runbook)


async def show_start(
    reader: Reader, actor: Actor, view: View, *, runbook: str = "", refusal: Refusal | None = None
) -> Response:
    """The upload form, also after a refusal."""
    known, _ = await queries.runbooks(reader, Offset(page=1, per_page=200))
    return view.page(
        "runbooks/worksheets/import.html", status=refusal.status if refusal else 200, refusal=refusal,
        runbooks=[(each.key, f"{each.key} {each.title}") for each in known], runbook=runbook, zones=ZONES,
        zone=actor.zone,
    )  # fmt: skip


@router.post("/runbooks/import")
async def upload(reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Keep the worksheet and go on to its mapping."""
    view.if_refused(lambda refusal: show_start(reader, actor, view, refusal=refusal))
    form = await view.form(UploadForm)
    file = await view.upload("file", max_bytes=MAX_BYTES)
    if file is None:
        raise Invalid({"file": "Choose a file."})
    given = Worksheet(
        file_name=file.name, media_type=file.media_type, content=file.content, title=form.title,
        runbook_key=form.runbook, zone=known_zone(form.zone),
    )  # fmt: skip
    kept = await service.upload_worksheet(tx, actor, given)
    return view.redirect(f"/runbooks/imports/{kept.id}")


@router.get("/runbooks/imports/{import_id}")
async def dry_run(import_id: UUID, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """The mapping, and what applying would do, row by row."""
    return await show_preview(import_id, reader, view)


async def show_preview(
    import_id: UUID, reader: Reader, view: View, *, refusal: Refusal | None = None
) -> Response:
    """The dry run, also after a refusal."""
    found = await service.preview(reader, import_id)
    choices = [
        (str(at), f"{letter(at)} – {header or '(no header)'}")
        for at, header in enumerate(found.columns.headers)
    ]
    problems = [(each.severity.value, where(each, found.columns), each) for each in found.plan.problems]
    order = {each.value: at for at, each in enumerate(Severity)}
    problems.sort(key=lambda each: (order[each[0]], each[2].row))
    return view.page(
        "runbooks/worksheets/preview.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        preview=found,
        upload=found.upload,
        plan=found.plan,
        fields=[(each, LABELS[each], found.columns.positions.get(each)) for each in Field],
        choices=choices,
        problems=problems[:MOST_SHOWN],
        more=max(0, len(problems) - MOST_SHOWN),
        counts={each.value: found.plan.count(each) for each in Severity},
        zones=ZONES,
    )


@router.post("/runbooks/imports/{import_id}/mapping")
async def change_mapping(
    import_id: UUID, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View
) -> Response:
    """Choose by hand which column is what."""
    view.if_refused(lambda refusal: show_preview(import_id, reader, view, refusal=refusal))
    form = await view.fields()
    await service.map_columns(
        tx, actor, import_id, _chosen(form), sheet=_text(form, "sheet"),
        zone=known_zone(_text(form, "zone") or "UTC"), seen_revision=_revision(form),
    )  # fmt: skip
    return view.redirect(f"/runbooks/imports/{import_id}", flash="Read again with these columns.")


@router.post("/runbooks/imports/{import_id}/apply")
async def apply(import_id: UUID, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Write it into the draft: all of it, or nothing."""
    view.if_refused(lambda refusal: show_preview(import_id, reader, view, refusal=refusal))
    form = await view.fields()
    runbook = await service.apply_import(tx, actor, import_id, seen_revision=_revision(form))
    return view.redirect(f"/runbooks/{runbook.key}", flash="It is in the draft. Publish it to run it.")


def _chosen(form: FormData) -> dict[Field, int | None]:
    found: dict[Field, int | None] = {}
    for each in Field:
        value = _text(form, f"column_{each.value}")
        if value is not None:
            found[each] = int(value) if value.isdecimal() and len(value) < 5 else None
    return found


def _text(form: FormData, name: str) -> str | None:
    value = form.get(name)
    return value if isinstance(value, str) else None


def _revision(form: FormData) -> int | None:
    value = _text(form, "revision") or ""
    return int(value) if value.isdecimal() and len(value) < 10 else None
