"""What happens to the comments on a release."""

from typing import ClassVar
from uuid import UUID

from cutwater.releases.records.events import AboutRelease


class CommentAdded(AboutRelease):
    name: ClassVar[str] = "release.comment_added"
    comment_id: UUID

    def headline(self) -> str:
        return "commented"


class CommentEdited(AboutRelease):
    name: ClassVar[str] = "release.comment_edited"
    comment_id: UUID

    def headline(self) -> str:
        return "edited a comment"


class CommentDeleted(AboutRelease):
    name: ClassVar[str] = "release.comment_deleted"
    comment_id: UUID

    def headline(self) -> str:
        return "deleted a comment"
