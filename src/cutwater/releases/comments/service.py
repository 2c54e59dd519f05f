"""What people write about a release."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Invalid, refuse_if
from cutwater.kernel.etags import refuse_stale
from cutwater.kernel.ids import new_id
from cutwater.releases.comments import permissions
from cutwater.releases.comments.events import CommentAdded, CommentDeleted, CommentEdited
from cutwater.releases.comments.models import ReleaseComment
from cutwater.releases.records import queries
from cutwater.releases.records.permissions import to_contribute


async def add_comment(tx: AsyncSession, actor: Actor, key: str, body: str) -> ReleaseComment:
    """Write a comment, in markdown."""
    release = await queries.release_for_update(tx, key)
    refuse_if(to_contribute(actor, "comment"))
    comment = ReleaseComment(id=new_id(), release_id=release.id, author_id=actor.user_id, body=_written(body))
    tx.add(comment)
    await tx.flush()
    await audit.record(tx, actor, CommentAdded(release_id=release.id, key=release.key, comment_id=comment.id))
    return comment


async def update_comment(
    tx: AsyncSession, actor: Actor, key: str, comment_id: UUID, body: str, *, seen_revision: int | None
) -> ReleaseComment:
    """Change one's own comment; it shows when that was."""
    release = await queries.release_for_update(tx, key)
    comment = await queries.owned_for_update(tx, ReleaseComment, release, comment_id, "This comment")
    refuse_if(permissions.to_update_comment(actor, comment.author_id))
    refuse_stale(comment.revision, seen_revision)
    comment.body, comment.edited_at = _written(body), clock.now()
    comment.revision += 1
    await audit.record(
        tx, actor, CommentEdited(release_id=release.id, key=release.key, comment_id=comment.id)
    )
    return comment


async def delete_comment(tx: AsyncSession, actor: Actor, key: str, comment_id: UUID) -> None:
    """Take a comment away: its author, or an admin."""
    release = await queries.release_for_update(tx, key)
    comment = await queries.owned_for_update(tx, ReleaseComment, release, comment_id, "This comment")
    refuse_if(permissions.to_delete_comment(actor, comment.author_id))
    comment.deleted_at = clock.now()
    comment.revision += 1
    await audit.record(
        tx, actor, CommentDeleted(release_id=release.id, key=release.key, comment_id=comment.id)
    )


def _written(body: str) -> str:
    if not body.strip():
        raise Invalid({"body": "Write something."})
    return body.strip()
