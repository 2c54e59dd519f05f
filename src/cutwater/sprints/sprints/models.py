"""The tables of sprints, and of the stays of issues in them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.kernel.db import Base, OrganizationRow, one_of, reference, scoped
from cutwater.sprints.core.facts import Origin, SprintState


class Sprint(Base, OrganizationRow):
    """A sprint, made here or taken over; dates are days, `started_at` and `completed_at` moments."""

    __tablename__ = "sprint"
    __table_args__ = scoped(
        reference("site_id", "site"),
        reference("board_id", "board"),
        one_of("state", SprintState),
        UniqueConstraint("organization_id", "key"),
        UniqueConstraint("organization_id", "site_id", "external_id"),
        Index("ix_sprint_board_id", "organization_id", "board_id"),
        Index("ix_sprint_starts_on", "organization_id", "starts_on"),
    )
    key: Mapped[str]
    site_id: Mapped[UUID]
    board_id: Mapped[UUID | None]
    external_id: Mapped[str | None]
    name: Mapped[str]
    goal: Mapped[str] = mapped_column(default="", server_default="")
    state: Mapped[str]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    synced_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    deleted_at: Mapped[datetime | None]


class SprintMembership(Base, OrganizationRow):
    """An issue's stay in a sprint; a time that nobody recorded stays empty."""

    __tablename__ = "sprint_membership"
    __table_args__ = scoped(
        reference("sprint_id", "sprint"),
        reference("issue_id", "issue"),
        one_of("origin", Origin),
        Index("ix_sprint_membership_sprint_id", "organization_id", "sprint_id", "issue_id"),
        Index("ix_sprint_membership_issue_id", "organization_id", "issue_id"),
        Index(
            "ix_sprint_membership_now",
            "organization_id",
            "sprint_id",
            "issue_id",
            unique=True,
            postgresql_where=text("left_at is null"),
        ),
    )
    sprint_id: Mapped[UUID]
    issue_id: Mapped[UUID]
    origin: Mapped[str]
    joined_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
