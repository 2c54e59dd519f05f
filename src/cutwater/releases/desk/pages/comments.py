"""Writing, changing and deleting comments on a release's page."""

from uuid import UUID

from fastapi import APIRouter, Response

from cutwater.kernel.actor import CurrentActor
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.releases.comments import service
from cutwater.releases.comments.forms import CommentForm
from cutwater.releases.desk.pages.detail import shown_after, shown_if_refused
from cutwater.releases.records.permissions import MAY_CHANGE
from cutwater.web import View

router = APIRouter(dependencies=[MAY_CHANGE])


@router.post("/releases/{key}/comments")
async def add_comment(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Write a comment."""
    shown_if_refused(view, reader, actor, key)
    form = await view.form(CommentForm)
    await service.add_comment(tx, actor, key, form.body)
    return await shown_after(view, tx, actor, key, "Your comment is there.")


@router.post("/releases/{key}/comments/{comment_id}/edit")
async def update_comment(
    key: str, comment_id: UUID, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View
) -> Response:
    """Change one's own comment."""
    shown_if_refused(view, reader, actor, key)
    form = await view.form(CommentForm)
    await service.update_comment(tx, actor, key, comment_id, form.body, seen_revision=form.revision)
    return await shown_after(view, tx, actor, key, "Your comment is changed.")


@router.post("/releases/{key}/comments/{comment_id}/delete")
async def delete_comment(
    key: str, comment_id: UUID, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View
) -> Response:
    """Delete a comment."""
    shown_if_refused(view, reader, actor, key)
    await service.delete_comment(tx, actor, key, comment_id)
    return await shown_after(view, tx, actor, key, "The comment is deleted.")
