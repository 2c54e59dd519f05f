"""The tables of teams."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.identity.accounts.models import member
from cutwater.kernel.db import Base, OrganizationRow, one_of, reference, scoped


class TeamKind(StrEnum):
    """What a team is for."""

    DISCIPLINE = "discipline"
    DELIVERY = "delivery"
    OPERATIONS = "operations"


class Team(Base, OrganizationRow):
    """A group of people in the organization."""

    __tablename__ = "team"
    __table_args__ = scoped(
        Index(
            "uq_team_organization_id_slug",
            "organization_id",
            "slug",
            unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
        one_of("kind", TeamKind),
    )
    name: Mapped[str]
    slug: Mapped[str]
    kind: Mapped[str]
    description: Mapped[str] = mapped_column(default="", server_default="")
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    deleted_at: Mapped[datetime | None]


class TeamMember(Base, OrganizationRow):
    """A person in a team."""

    __tablename__ = "team_member"
    __table_args__ = scoped(
        UniqueConstraint("organization_id", "team_id", "user_id"),
        reference("team_id", "team"),
        member("user_id"),
        Index(None, "organization_id", "user_id"),
    )
    team_id: Mapped[UUID]
    user_id: Mapped[UUID]
    is_lead: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
