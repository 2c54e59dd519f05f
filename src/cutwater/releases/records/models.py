"""The table of releases. People, issues and sprints are ids with foreign keys, never relationships."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.kernel.db import Base, OrganizationRow, one_of, reference, scoped
from cutwater.releases.catalogue.models import found_by, member, person
from cutwater.releases.core.facts import Priority, Status


class Release(Base, OrganizationRow):
    """One change set on its way to production. Blocked is derived; only a block by hand is stored."""

    __tablename__ = "release"
    __table_args__ = scoped(
        Index("uq_release_key", "organization_id", "key", unique=True),
        Index("ix_release_status", "organization_id", "status"),
        found_by("release", "service_id"),
        found_by("release", "sprint_id"),
        found_by("release", "owner_id"),
        Index("ix_release_blocked_by_id", "blocked_by_id"),
        reference("service_id", "service"),
        reference("sprint_id", "sprint"),
        member("owner_id"),
        person("blocked_by_id"),
        one_of("status", Status),
        one_of("priority", Priority),
        CheckConstraint("(blocked_reason is null) = (blocked_at is null)", name="blocked_since"),
    )
    key: Mapped[str]
    service_id: Mapped[UUID]
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    version: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default=Status.PLANNING)
    priority: Mapped[str] = mapped_column(default=Priority.MEDIUM)
    hotfix: Mapped[bool] = mapped_column(default=False)
    owner_id: Mapped[UUID | None]
    sprint_id: Mapped[UUID | None]
    target_date: Mapped[date | None]
    blocked_reason: Mapped[str | None]
    blocked_at: Mapped[datetime | None]
    blocked_by_id: Mapped[UUID | None]
    moved_at: Mapped[datetime]
    staging_at: Mapped[datetime | None]
    production_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)
    deleted_at: Mapped[datetime | None]
