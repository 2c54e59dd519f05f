"""The table of freezes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.kernel.db import Base, OrganizationRow, reference, scoped
from cutwater.releases.catalogue.models import found_by


class FreezeWindow(Base, OrganizationRow):
    """A time in which nothing goes to an environment without an override."""

    __tablename__ = "freeze_window"
    __table_args__ = scoped(
        found_by("freeze_window", "environment_id"),
        Index("ix_freeze_window_ends_at", "organization_id", "ends_at"),
        reference("environment_id", "environment"),
        CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
    )
    environment_id: Mapped[UUID]
    title: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)
    deleted_at: Mapped[datetime | None]
