"""The table of approvals."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.kernel.db import Base, OrganizationRow, one_of, reference, scoped
from cutwater.releases.catalogue.models import found_by, member, once, person
from cutwater.releases.core.facts import Verdict


class ReleaseApproval(Base, OrganizationRow):
    """A named approver of a release, and what they said."""

    __tablename__ = "release_approval"
    __table_args__ = scoped(
        once("release_approval", "approver", "release_id", "approver_id"),
        found_by("release_approval", "release_id"),
        found_by("release_approval", "approver_id"),
        Index("ix_release_approval_named_by_id", "named_by_id"),
        reference("release_id", "release"),
        member("approver_id"),
        person("named_by_id"),
        one_of("verdict", Verdict),
    )
    release_id: Mapped[UUID]
    approver_id: Mapped[UUID]
    named_by_id: Mapped[UUID | None]
    verdict: Mapped[str] = mapped_column(default=Verdict.PENDING)
    note: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)
    deleted_at: Mapped[datetime | None]
