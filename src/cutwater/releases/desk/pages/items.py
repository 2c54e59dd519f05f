"""Adding, changing and removing items on a release's page."""

from uuid import UUID

from fastapi import APIRouter, Response

from cutwater.kernel.actor import CurrentActor
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.releases.desk.pages.detail import shown_after, shown_if_refused
from cutwater.releases.items import service
from cutwater.releases.items.forms import ItemChangeForm, ItemForm
from cutwater.releases.items.service import ItemDraft, ItemEdits
from cutwater.releases.records.forms import ReasonForm
from cutwater.releases.records.permissions import MAY_CHANGE
from cutwater.web import View

router = APIRouter(dependencies=[MAY_CHANGE])


@router.post("/releases/{key}/items")
async def add_item(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Add an item, picked or typed."""
    shown_if_refused(view, reader, actor, key)
    form = await view.form(ItemForm)
    added = await service.add_item(tx, actor, key, ItemDraft(**form.model_dump()))
    return await shown_after(view, tx, actor, key, f"{added.reference} is in the release.")


@router.post("/releases/{key}/items/{item_id}/change")
async def update_item(
    key: str, item_id: UUID, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View
) -> Response:
    """Give a typed item a new status."""
    shown_if_refused(view, reader, actor, key)
    form = await view.form(ItemChangeForm)
    edits = ItemEdits(status=form.status)
    updated = await service.update_item(tx, actor, key, item_id, edits, seen_revision=form.revision)
    return await shown_after(view, tx, actor, key, f"{updated.reference} is {form.status}.")


@router.post("/releases/{key}/items/{item_id}/remove")
async def remove_item(
    key: str, item_id: UUID, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View
) -> Response:
    """Take an item out."""
    shown_if_refused(view, reader, actor, key)
    form = await view.form(ReasonForm)
    await service.remove_item(tx, actor, key, item_id, seen_revision=form.revision)
    return await shown_after(view, tx, actor, key, "The item is out of the release.")
