"""The comments on a release."""

from sqlalchemy import select

from cutwater.releases.catalogue.queries import Rows
from cutwater.releases.comments.models import ReleaseComment
from cutwater.releases.records.queries import this_release


def comments_of(key: str) -> Rows:
    """What was written about a release, oldest first."""
    return (
        select(
            ReleaseComment.id,
            ReleaseComment.author_id,
            ReleaseComment.body,
            ReleaseComment.created_at,
            ReleaseComment.edited_at,
            ReleaseComment.revision,
        )
        .where(ReleaseComment.release_id.in_(this_release(key)), ReleaseComment.deleted_at.is_(None))
        .order_by(ReleaseComment.created_at, ReleaseComment.id)
    )
