"""The comments on a release."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from cutwater.kernel.reader import Rows
from cutwater.releases.comments.models import ReleaseComment
from cutwater.releases.records.queries import this_release


class CommentRow(NamedTuple):
    """A comment: `body` is markdown as typed."""

    id: UUID
    author_id: UUID | None
    body: str
    created_at: datetime
    edited_at: datetime | None
    revision: int


def comments_of(key: str) -> Rows[CommentRow]:
    """What was written about a release, oldest first."""
    return Rows(
        CommentRow,
        select(
            ReleaseComment.id,
            ReleaseComment.author_id,
            ReleaseComment.body,
            ReleaseComment.created_at,
            ReleaseComment.edited_at,
            ReleaseComment.revision,
        )
        .where(ReleaseComment.release_id.in_(this_release(key)), ReleaseComment.deleted_at.is_(None))
        .order_by(ReleaseComment.created_at, ReleaseComment.id),
    )
