"""The table of deployments."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.kernel.db import Base, OrganizationRow, one_of, reference, scoped
from cutwater.releases.catalogue.models import found_by, person
from cutwater.releases.core.facts import Outcome


class Deployment(Base, OrganizationRow):
    """A release, an environment, when, and how it ended."""

    __tablename__ = "deployment"
    __table_args__ = scoped(
        found_by("deployment", "release_id"),
        found_by("deployment", "environment_id"),
        Index("ix_deployment_deployed_at", "organization_id", "deployed_at"),
        Index("ix_deployment_deployed_by_id", "deployed_by_id"),
        reference("release_id", "release"),
        reference("environment_id", "environment"),
        person("deployed_by_id"),
        one_of("outcome", Outcome),
    )
    release_id: Mapped[UUID]
    environment_id: Mapped[UUID]
    version: Mapped[str] = mapped_column(default="")
    outcome: Mapped[str] = mapped_column(default=Outcome.SUCCEEDED)
    deployed_at: Mapped[datetime]
    deployed_by_id: Mapped[UUID | None]
    step_key: Mapped[str] = mapped_column(default="")
