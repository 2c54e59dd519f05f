"""The pages of freezes."""

from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from cutwater.kernel.actor import Actor, CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.grants import Grant
from cutwater.kernel.reader import Reader
from cutwater.releases.catalogue.queries import environments
from cutwater.releases.freezes import queries, service
from cutwater.releases.freezes.forms import FreezeForm
from cutwater.releases.freezes.service import FreezeDraft, FreezeEdits
from cutwater.releases.records.forms import ReasonForm
from cutwater.web import Refusal, View

reading = APIRouter(dependencies=[needs(Grant.RELEASES_READ, "see services and environments")])
changing = APIRouter(dependencies=[needs(Grant.FREEZES_WRITE, "change freezes")])


@reading.get("/freezes")
async def freezes(reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """The freezes that are open or planned."""
    return await _freezes(view, reader, actor)


@changing.post("/freezes")
async def create_freeze(reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Plan a freeze."""
    view.if_refused(lambda refusal: _freezes(view, reader, actor, refusal=refusal))
    form = await view.form(FreezeForm)
    await service.create_freeze(tx, actor, FreezeDraft(**form.model_dump(exclude={"revision"})))
    return view.redirect("/freezes", flash="The freeze is planned.")


@changing.get("/freezes/{freeze_id}/edit")
async def edit_freeze(freeze_id: UUID, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """The form with what is there."""
    return await _form(view, reader, freeze_id)


@changing.post("/freezes/{freeze_id}/edit")
async def save_freeze(
    freeze_id: UUID, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View
) -> Response:
    """Save what was changed."""
    view.if_refused(lambda refusal: _form(view, reader, freeze_id, refusal=refusal))
    form = await view.form(FreezeForm)
    edits = cast(FreezeEdits, form.model_dump(exclude={"revision"}))
    await service.update_freeze(tx, actor, freeze_id, edits, seen_revision=form.revision)
    return view.redirect("/freezes", flash="Saved.")


@changing.post("/freezes/{freeze_id}/delete")
async def delete_freeze(
    freeze_id: UUID, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View
) -> Response:
    """Lift a freeze."""
    view.if_refused(lambda refusal: _freezes(view, reader, actor, refusal=refusal))
    form = await view.form(ReasonForm)
    await service.delete_freeze(tx, actor, freeze_id, seen_revision=form.revision)
    return view.redirect("/freezes", flash="The freeze is lifted.")


async def _freezes(view: View, reader: Reader, actor: Actor, *, refusal: Refusal | None = None) -> Response:
    rows, places = await reader.batch(queries.freezes(), environments())
    return view.page(
        "releases/freezes/freezes.html",
        rows=rows,
        places=[(each.slug, each.name) for each in places],
        may_edit=actor.may(Grant.FREEZES_WRITE),
        zone=actor.zone,
        refusal=refusal,
    )


async def _form(view: View, reader: Reader, freeze_id: UUID, *, refusal: Refusal | None = None) -> Response:
    places = await reader.all(environments())
    freeze = await queries.freeze_row(reader, freeze_id)
    zone = view.actor.zone if view.actor else "UTC"
    return view.page(
        "releases/freezes/form.html",
        freeze=freeze,
        places=[(each.slug, each.name) for each in places],
        starts_at=f"{freeze.starts_at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}",
        ends_at=f"{freeze.ends_at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}",
        zone=zone,
        refusal=refusal,
    )
