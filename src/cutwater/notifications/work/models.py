"""The table of background jobs that people started."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.kernel.db import Base, OrganizationRow, one_of, scoped


class WorkState(StrEnum):
    """How far a background job is."""

    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"


class Work(Base, OrganizationRow):
    """A job that somebody started, may leave, and finds again."""

    __tablename__ = "work"
    __table_args__ = scoped(
        ForeignKeyConstraint(["started_by"], ["user_account.id"]),
        one_of("state", WorkState),
        Index("ix_work_started_by", "started_by", "organization_id", "id"),
    )
    kind: Mapped[str]
    title: Mapped[str]
    path: Mapped[str]
    done: Mapped[int] = mapped_column(default=0, server_default="0")
    total: Mapped[int] = mapped_column(default=0, server_default="0")
    state: Mapped[str] = mapped_column(default=WorkState.RUNNING, server_default="RUNNING")
    result: Mapped[dict[str, object]] = mapped_column(JSONB, default=dict, server_default=text("'{}'::jsonb"))
    error: Mapped[str] = mapped_column(default="", server_default="")
    started_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
