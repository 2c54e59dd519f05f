"""The table of comments."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.kernel.db import Base, OrganizationRow, reference, scoped
from cutwater.releases.catalogue.models import found_by, person


class ReleaseComment(Base, OrganizationRow):
    """What somebody wrote about a release, in markdown as typed; shown sanitised."""

    __tablename__ = "release_comment"
    __table_args__ = scoped(
        found_by("release_comment", "release_id"),
        Index("ix_release_comment_author_id", "author_id"),
        reference("release_id", "release"),
        person("author_id"),
    )
    release_id: Mapped[UUID]
    author_id: Mapped[UUID | None]
    body: Mapped[str]
    edited_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)
    deleted_at: Mapped[datetime | None]
