"""Comments as page and API show them: as typed, and as safe HTML."""

from datetime import datetime
from uuid import UUID

from cutwater.kernel.frozen import frozen
from cutwater.kernel.reader import Reader
from cutwater.releases.comments.models import ReleaseComment
from cutwater.releases.comments.queries import CommentRow, comments_of
from cutwater.releases.core import markdown
from cutwater.releases.records.queries import row_of, rows_of


@frozen
class Comment:
    """A comment: markdown as typed, and the same as safe HTML."""

    id: UUID
    author_id: UUID | None
    body: str
    html: str
    created_at: datetime
    edited_at: datetime | None
    revision: int


async def comments(reader: Reader, key: str) -> list[Comment]:
    """What was written about a release, oldest first."""
    return [comment_of(row) for row in await rows_of(reader, key, comments_of(key))]


async def comment(reader: Reader, key: str, comment_id: UUID) -> Comment:
    """One comment; NotFound when the release has no such one."""
    this = comments_of(key).where(ReleaseComment.id == comment_id)
    return comment_of(await row_of(reader, key, this, "This comment"))


def comment_of(row: CommentRow) -> Comment:
    """A stored comment with its HTML."""
    return Comment(**row._asdict(), html=markdown.to_html(row.body))
