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
from cutwater.runbooks.core.worksheet.columns import Field, letter
from cutwater.runbooks.core.worksheet.plan import Severity
from cutwater.runbooks.core.zones import ZONES, known_zone
from cutwater.runbooks.library import queries as library
from cutwater.runbooks.worksheets import service, views
from cutwater.runbooks.worksheets.forms import UploadForm
from cutwater.runbooks.worksheets.service import Choices, Worksheet
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
    runbooks, _ = await library.runbooks(reader, Offset(page=1, per_page=200))
    return view.page(
        "runbooks/worksheets/import.html", status=refusal.status if refusal else 200, refusal=refusal,
        runbooks=[(each.key, f"{each.key} {each.title}") for each in runbooks], runbook=runbook, zones=ZONES,
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
    import_id = await service.upload_worksheet(tx, actor, given)
    return view.redirect(f"/runbooks/imports/{import_id}")


@router.get("/runbooks/imports/{import_id}")
async def dry_run(import_id: UUID, reader: ReaderDep, view: View) -> Response:
    """The mapping, and what applying would do, row by row."""
    return await show_dry_run(import_id, reader, view)


async def show_dry_run(
    import_id: UUID, reader: Reader, view: View, *, refusal: Refusal | None = None
) -> Response:
    """The dry run, also after a refusal."""
    shown = await views.uploaded(reader, import_id)
    return view.page(
        "runbooks/worksheets/preview.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        upload=shown,
        plan=shown.plan,
        choices=[
            (str(at), f"{letter(at)} – {header or '(no header)'}") for at, header in enumerate(shown.headers)
        ],
        problems=shown.worst_first[:MOST_SHOWN],
        more=max(0, len(shown.problems) - MOST_SHOWN),
        counts={severity.value: shown.plan.count(severity) for severity in Severity},
        zones=ZONES,
    )


@router.post("/runbooks/imports/{import_id}/mapping")
async def update(import_id: UUID, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Choose by hand which column is what."""
    view.if_refused(lambda refusal: show_dry_run(import_id, reader, view, refusal=refusal))
    form = await view.fields()
    zone = known_zone(_text(form, "zone") or "UTC")
    chosen = Choices(columns=_columns(form), sheet=_text(form, "sheet"), zone=zone)
    await service.update_import(tx, actor, import_id, chosen, seen_revision=_revision(form))
    return view.redirect(f"/runbooks/imports/{import_id}", flash="Read again with these columns.")


@router.post("/runbooks/imports/{import_id}/apply")
async def apply(import_id: UUID, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Write it into the draft: all of it, or nothing."""
    view.if_refused(lambda refusal: show_dry_run(import_id, reader, view, refusal=refusal))
    form = await view.fields()
    imported = await service.apply_import(tx, actor, import_id, seen_revision=_revision(form))
    return view.redirect(f"/runbooks/{imported.key}", flash="It is in the draft. Publish it to run it.")


def _columns(form: FormData) -> dict[Field, int | None]:
    """The positions that were chosen; what is no position takes a field's column away."""
    columns: dict[Field, int | None] = {}
    for field in Field:
        value = _text(form, f"column_{field.value}")
        if value is not None:
            columns[field] = int(value) if value.isdecimal() and len(value) < 5 else None
    return columns


def _text(form: FormData, name: str) -> str | None:
    value = form.get(name)
    return value if isinstance(value, str) else None


def _revision(form: FormData) -> int | None:
    value = _text(form, "revision") or ""
    return int(value) if value.isdecimal() and len(value) < 10 else None
