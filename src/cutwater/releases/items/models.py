"""The table of items."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.kernel.db import Base, OrganizationRow, one_of, reference, scoped
from cutwater.releases.catalogue.models import found_by, once
from cutwater.releases.core.facts import ItemKind


class ReleaseItem(Base, OrganizationRow):
    """A ticket or pull request that the release carries; title, status and assignee are a dated copy."""

    __tablename__ = "release_item"
    __table_args__ = scoped(
        once("release_item", "reference", "release_id", "kind", "reference"),
        once(
            "release_item",
            "number",
            "release_id",
            "kind",
            "repository",
            "number",
            where=text("deleted_at is null and number is not null"),
        ),
        found_by("release_item", "release_id"),
        found_by("release_item", "issue_id"),
        reference("release_id", "release"),
        reference("issue_id", "issue"),
        one_of("kind", ItemKind),
        CheckConstraint(
            "kind = 'JIRA_TICKET' or (repository <> '' and number > 0)", name="pull_request_named"
        ),
    )
    release_id: Mapped[UUID]
    kind: Mapped[str]
    issue_id: Mapped[UUID | None]
    reference: Mapped[str]
    repository: Mapped[str] = mapped_column(default="")
    number: Mapped[int | None]
    url: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="")
    is_done: Mapped[bool] = mapped_column(default=False)
    assignee: Mapped[str] = mapped_column(default="")
    synced_at: Mapped[datetime | None]
    sync_error: Mapped[str] = mapped_column(default="")
    revision: Mapped[int] = mapped_column(default=1)
    deleted_at: Mapped[datetime | None]
