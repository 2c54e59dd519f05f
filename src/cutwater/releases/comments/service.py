"""What people write about a release."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock, etags
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import changed
from cutwater.kernel.errors import refuse
from cutwater.kernel.ids import new_id
from cutwater.kernel.keyed import held
from cutwater.releases.comments import permissions
from cutwater.releases.comments.events import CommentAdded, CommentDeleted, CommentEdited
from cutwater.releases.comments.models import ReleaseComment
from cutwater.releases.core.refusals import filled
from cutwater.releases.records.models import Release
from cutwater.releases.records.permissions import to_contribute


async def add_comment(tx: AsyncSession, actor: Actor, key: str, body: str) -> CommentAdded:
    """Write a comment, in markdown."""
    release = await held(tx, Release, key, what="This release")
    refuse(may=to_contribute(actor, "comment"))
    comment = ReleaseComment(id=new_id(), release_id=release.id, author_id=actor.user_id, body=_written(body))
    tx.add(comment)
    await tx.flush()
    added = CommentAdded(release_id=release.id, key=release.key, comment_id=comment.id)
    await audit.record(tx, actor, added)
    return added


async def update_comment(
    tx: AsyncSession, actor: Actor, key: str, comment_id: UUID, body: str, *, seen_revision: int | None
) -> CommentEdited:
    """Change one's own comment; it shows when that was."""
    release = await held(tx, Release, key, what="This release")
    comment = await _held(tx, release, comment_id)
    refuse(
        may=permissions.to_update_comment(actor, comment.author_id),
        seen=etags.stale(comment.revision, seen_revision),
    )
    changed(comment, {"body": _written(body), "edited_at": clock.now()})
    edited = CommentEdited(release_id=release.id, key=release.key, comment_id=comment.id)
    await audit.record(tx, actor, edited)
    return edited


async def delete_comment(tx: AsyncSession, actor: Actor, key: str, comment_id: UUID) -> CommentDeleted:
    """Take a comment away: its author, or an admin."""
    release = await held(tx, Release, key, what="This release")
    comment = await _held(tx, release, comment_id)
    refuse(may=permissions.to_delete_comment(actor, comment.author_id))
    changed(comment, {"deleted_at": clock.now()})
    deleted = CommentDeleted(release_id=release.id, key=release.key, comment_id=comment.id)
    await audit.record(tx, actor, deleted)
    return deleted


async def _held(tx: AsyncSession, release: Release, comment_id: UUID) -> ReleaseComment:
    on_it = ReleaseComment.release_id == release.id
    return await held(tx, ReleaseComment, comment_id, on_it, what="This comment")


def _written(body: str) -> str:
    return filled("body", body, "Write something.")
