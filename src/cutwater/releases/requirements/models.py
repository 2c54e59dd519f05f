"""The table of switched requirements."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from cutwater.kernel.db import Base, OrganizationRow, one_of, scoped
from cutwater.releases.core.facts import Requirement, Status


class RequirementSwitch(Base, OrganizationRow):
    """Where an organization differs from the default of one requirement of one target."""

    __tablename__ = "requirement_switch"
    __table_args__ = scoped(
        Index("uq_requirement_switch_target", "organization_id", "target", "requirement", unique=True),
        one_of("target", Status),
        one_of("requirement", Requirement),
    )
    target: Mapped[str]
    requirement: Mapped[str]
    is_on: Mapped[bool]
