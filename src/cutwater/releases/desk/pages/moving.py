"""What people do on a release's page. Each verb answers with the page as it is afterwards."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import Actor, CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.grants import Grant
from cutwater.kernel.reader import Reader, SessionReader
from cutwater.releases.approvals import service as approvals_service
from cutwater.releases.approvals.forms import ApproverForm, DecisionForm
from cutwater.releases.catalogue import queries
from cutwater.releases.comments import service as comments_service
from cutwater.releases.comments.forms import CommentForm
from cutwater.releases.core.facts import LABELS, Status
from cutwater.releases.dependencies import service as dependencies_service
from cutwater.releases.dependencies.forms import DependencyForm
from cutwater.releases.desk import views
from cutwater.releases.desk.queries.rows import release_rows
from cutwater.releases.items import service as items_service
from cutwater.releases.items.forms import ItemChangeForm, ItemForm
from cutwater.releases.items.service import ItemDraft
from cutwater.releases.moves.forms import MoveForm
from cutwater.releases.moves.service import delete_release, move_release
from cutwater.releases.records.forms import ReasonForm
from cutwater.releases.records.service import block_release, unblock_release
from cutwater.web import View

router = APIRouter(dependencies=[needs(Grant.RELEASES_WRITE, "change releases")])
approving = APIRouter(dependencies=[needs(Grant.RELEASES_READ, "see releases")])


def here_if_refused(view: View, reader: Reader, actor: Actor, key: str) -> None:
    """A refusal shows the page again, with the reasons and what was typed."""
    view.if_refused(lambda refusal: views.detail(view, reader, actor, key, refusal=refusal))


async def done(view: View, tx: AsyncSession, actor: Actor, key: str, said: str, data: Any = None) -> Response:
    """The page after a verb: re-rendered in place for htmx, JSON for elements, else a redirect to it."""
    if view.kind == "partial" and not view.wants_json:
        return await views.detail(view, SessionReader(tx), actor, key, said=said)
    return view.done(f"/releases/{key}", flash=said, data=data)


@router.post("/releases/{key}/move")
async def move(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Move it, from a button or from the board."""
    here_if_refused(view, reader, actor, key)
    form = await view.form(MoveForm)
    release = await move_release(
        tx, actor, key, form.target, seen_revision=form.revision, note=form.note, manner=form.manner
    )
    said = f"{release.key} is now {LABELS[Status(release.status)]}."
    data = await _card(view, tx, actor, release.key) if view.wants_json else None
    return await done(view, tx, actor, release.key, said, data)


async def _card(view: View, tx: AsyncSession, actor: Actor, key: str) -> dict[str, Any]:
    """What the board needs to draw the card in its new lane."""
    reader = SessionReader(tx)
    row = await reader.first(release_rows().where(queries.by_key_or_id(key)))
    if row is None:
        return {}
    context = await views.card_context(reader, [row], actor)
    html = view.text("releases/desk/card.html", block="card", release=row, **context)
    return {"card": {"key": row.key, "status": row.status, "revision": row.revision, "html": html}}


@router.post("/releases/{key}/block")
async def block(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Block it by hand, with a reason."""
    here_if_refused(view, reader, actor, key)
    form = await view.form(ReasonForm)
    await block_release(tx, actor, key, form.reason, seen_revision=form.revision)
    return await done(view, tx, actor, key, f"{key} is blocked.")


@router.post("/releases/{key}/unblock")
async def unblock(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Lift the block."""
    here_if_refused(view, reader, actor, key)
    form = await view.form(ReasonForm)
    await unblock_release(tx, actor, key, seen_revision=form.revision)
    return await done(view, tx, actor, key, f"The block of {key} is lifted.")


@router.post("/releases/{key}/delete")
async def delete(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Delete it."""
    here_if_refused(view, reader, actor, key)
    form = await view.form(ReasonForm)
    await delete_release(tx, actor, key, seen_revision=form.revision)
    return view.redirect("/releases/list", flash=f"{key} is deleted.")


@router.post("/releases/{key}/items")
async def add_item(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Add an item, picked or typed."""
    here_if_refused(view, reader, actor, key)
    form = await view.form(ItemForm)
    item = await items_service.add_item(tx, actor, key, ItemDraft(**form.model_dump()))
    return await done(view, tx, actor, key, f"{item.reference} is in the release.")


@router.post("/releases/{key}/items/{item_id}/change")
async def change_item(
    key: str, item_id: UUID, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View
) -> Response:
    """Say where a typed item stands."""
    here_if_refused(view, reader, actor, key)
    form = await view.form(ItemChangeForm)
    changes = {"status": form.status}
    item = await items_service.update_item(tx, actor, key, item_id, changes, seen_revision=form.revision)
    return await done(view, tx, actor, key, f"{item.reference} is {item.status}.")


@router.post("/releases/{key}/items/{item_id}/remove")
async def remove_item(
    key: str, item_id: UUID, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View
) -> Response:
    """Take an item out."""
    here_if_refused(view, reader, actor, key)
    form = await view.form(ReasonForm)
    await items_service.remove_item(tx, actor, key, item_id, seen_revision=form.revision)
    return await done(view, tx, actor, key, "The item is out of the release.")


@router.post("/releases/{key}/dependencies")
async def add_dependency(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Let it depend on another release; a cycle is refused by name."""
    here_if_refused(view, reader, actor, key)
    form = await view.form(DependencyForm)
    await dependencies_service.add_dependency(tx, actor, key, form.blocker, form.kind)
    return await done(view, tx, actor, key, f"{key} now depends on {form.blocker.upper()}.")


@router.post("/releases/{key}/dependencies/{dependency_id}/remove")
async def remove_dependency(
    key: str, dependency_id: UUID, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View
) -> Response:
    """Take a dependency away."""
    here_if_refused(view, reader, actor, key)
    await dependencies_service.remove_dependency(tx, actor, key, dependency_id)
    return await done(view, tx, actor, key, "The dependency is gone.")


@router.post("/releases/{key}/approvals")
async def name_approver(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Name an approver."""
    here_if_refused(view, reader, actor, key)
    form = await view.form(ApproverForm)
    await approvals_service.name_approver(tx, actor, key, form.approver_id, reason=form.reason)
    return await done(view, tx, actor, key, "The approver is named.")


@approving.post("/releases/{key}/approvals/{approval_id}/decide")
async def decide(
    key: str, approval_id: UUID, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View
) -> Response:
    """Give or refuse the approval one was named for."""
    here_if_refused(view, reader, actor, key)
    form = await view.form(DecisionForm)
    await approvals_service.decide_approval(
        tx, actor, key, approval_id, form.verdict, note=form.note, seen_revision=form.revision
    )
    return await done(view, tx, actor, key, "Your answer is recorded.")


@router.post("/releases/{key}/approvals/{approval_id}/remove")
async def remove_approver(
    key: str, approval_id: UUID, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View
) -> Response:
    """Take an approver off: an admin, with a reason."""
    here_if_refused(view, reader, actor, key)
    form = await view.form(ReasonForm)
    await approvals_service.remove_approver(tx, actor, key, approval_id, reason=form.reason)
    return await done(view, tx, actor, key, "The approver is taken off.")


@router.post("/releases/{key}/comments")
async def add_comment(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Write a comment."""
    here_if_refused(view, reader, actor, key)
    form = await view.form(CommentForm)
    await comments_service.add_comment(tx, actor, key, form.body)
    return await done(view, tx, actor, key, "Your comment is there.")


@router.post("/releases/{key}/comments/{comment_id}/edit")
async def edit_comment(
    key: str, comment_id: UUID, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View
) -> Response:
    """Change one's own comment."""
    here_if_refused(view, reader, actor, key)
    form = await view.form(CommentForm)
    await comments_service.update_comment(tx, actor, key, comment_id, form.body, seen_revision=form.revision)
    return await done(view, tx, actor, key, "Your comment is changed.")


@router.post("/releases/{key}/comments/{comment_id}/delete")
async def delete_comment(
    key: str, comment_id: UUID, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View
) -> Response:
    """Delete a comment."""
    here_if_refused(view, reader, actor, key)
    await comments_service.delete_comment(tx, actor, key, comment_id)
    return await done(view, tx, actor, key, "The comment is deleted.")
