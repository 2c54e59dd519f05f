"""The log's tables as the app sees them: it reads them, and writes only through the database's functions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, PrimaryKeyConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from cutwater.kernel.db import Base


class Xid8(UserDefinedType[str]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_kw: object) -> str:
        return "xid8"


class EventLog(Base):
    """One row per change. Partitioned by month of `at`; no update, delete or truncate; no foreign keys."""

    __tablename__ = "event_log"
    __table_args__ = (
        PrimaryKeyConstraint("id", "at"),
        CheckConstraint("actor_kind in ('user', 'api_key', 'job')", name="actor_kind_known"),
        Index("ix_event_log_xid", "xid", "id"),
        Index("ix_event_log_timeline", "organization_id", "at", "id"),
        Index("ix_event_log_subject", "subject_id", "at", "id"),
        Index(
            "ix_event_log_context", "context_id", "at", "id", postgresql_where=text("context_id is not null")
        ),
        Index(
            "ix_event_log_actor",
            "actor_user_id",
            "at",
            "id",
            postgresql_where=text("actor_user_id is not null"),
        ),
        Index("ix_event_log_name", "organization_id", "name", "at", "id"),
        {"postgresql_partition_by": "RANGE (at)", "info": {"append_only": True}},
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    xid: Mapped[str] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"), nullable=False)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    happened_at: Mapped[datetime]
    organization_id: Mapped[UUID]
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_user_id: Mapped[UUID | None]
    actor_job: Mapped[str]
    name: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    subject_key: Mapped[str]
    context_kind: Mapped[str | None]
    context_id: Mapped[UUID | None]
    context_key: Mapped[str | None]
    data: Mapped[dict[str, Any]]  # allow: any — how models spell a JSON document
    note_id: Mapped[UUID | None]
    request_id: Mapped[str]


class EventNote(Base):
    """Free text that belongs to an event, apart from it so that it can be erased."""

    __tablename__ = "event_note"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID]
    text: Mapped[str]
    erased_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
