"""The table of dependencies."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.kernel.db import Base, OrganizationRow, one_of, reference, scoped
from cutwater.releases.catalogue.models import found_by, once
from cutwater.releases.core.facts import DependencyKind


class ReleaseDependency(Base, OrganizationRow):
    """`dependent` waits for `blocker`, should follow it, or goes together with it, as `kind` says."""

    __tablename__ = "release_dependency"
    __table_args__ = scoped(
        once("release_dependency", "pair", "blocker_id", "dependent_id"),
        found_by("release_dependency", "blocker_id"),
        found_by("release_dependency", "dependent_id"),
        reference("blocker_id", "release"),
        reference("dependent_id", "release"),
        one_of("kind", DependencyKind),
        CheckConstraint("blocker_id <> dependent_id", name="not_itself"),
    )
    blocker_id: Mapped[UUID]
    dependent_id: Mapped[UUID]
    kind: Mapped[str]
    revision: Mapped[int] = mapped_column(default=1)
    deleted_at: Mapped[datetime | None]
