"""Moving, blocking and deleting a release on its page or on the board."""

from fastapi import APIRouter, Response
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import Actor, CurrentActor
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.keyed import named
from cutwater.kernel.reader import SessionReader
from cutwater.releases.core.facts import LABELS
from cutwater.releases.desk import views
from cutwater.releases.desk.pages.detail import shown_after, shown_if_refused
from cutwater.releases.desk.queries.rows import release_rows
from cutwater.releases.moves import service
from cutwater.releases.moves.forms import MoveForm
from cutwater.releases.records.forms import ReasonForm
from cutwater.releases.records.models import Release
from cutwater.releases.records.permissions import MAY_CHANGE
from cutwater.releases.records.service import block_release, unblock_release
from cutwater.web import View

router = APIRouter(dependencies=[MAY_CHANGE])


@router.post("/releases/{key}/move")
async def move(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Move it, from a button or from the board."""
    shown_if_refused(view, reader, actor, key)
    form = await view.form(MoveForm)
    moved = await service.move_release(
        tx, actor, key, form.target, seen_revision=form.revision, note=form.note, manner=form.manner
    )
    data = await _card(view, tx, actor, moved.key) if view.wants_json else None
    return await shown_after(view, tx, actor, moved.key, f"{moved.key} is now {LABELS[form.target]}.", data)


async def _card(view: View, tx: AsyncSession, actor: Actor, key: str) -> dict[str, object]:
    """What the board needs to draw the card in its new lane."""
    reader = SessionReader(tx)
    row = await reader.first(release_rows().where(named(Release, key)))
    if row is None:
        return {}
    beside = await views.beside(reader, actor, [row])
    html = view.text("releases/desk/card.html", block="card", release=row, beside=beside)
    return {"card": {"key": row.key, "status": row.status, "revision": row.revision, "html": html}}


@router.post("/releases/{key}/block")
async def block(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Block it by hand, with a reason."""
    shown_if_refused(view, reader, actor, key)
    form = await view.form(ReasonForm)
    blocked = await block_release(tx, actor, key, form.reason, seen_revision=form.revision)
    return await shown_after(view, tx, actor, blocked.key, f"{blocked.key} is blocked.")


@router.post("/releases/{key}/unblock")
async def unblock(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Lift the block."""
    shown_if_refused(view, reader, actor, key)
    form = await view.form(ReasonForm)
    unblocked = await unblock_release(tx, actor, key, seen_revision=form.revision)
    return await shown_after(view, tx, actor, unblocked.key, f"The block of {unblocked.key} is lifted.")


@router.post("/releases/{key}/delete")
async def delete(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Delete it."""
    shown_if_refused(view, reader, actor, key)
    form = await view.form(ReasonForm)
    deleted = await service.delete_release(tx, actor, key, seen_revision=form.revision)
    return view.redirect("/releases/list", flash=f"{deleted.key} is deleted.")
