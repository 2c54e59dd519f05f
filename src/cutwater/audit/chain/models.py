"""The chain's tables: written by the database's own functions only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, PrimaryKeyConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.audit.log.models import Xid8
from cutwater.kernel.db import Base


class LogBlock(Base):
    """Consecutive events of one chain, sealed together. The nil uuid is the platform's chain."""

    __tablename__ = "log_block"
    __table_args__ = (PrimaryKeyConstraint("organization_id", "number"), {"info": {"append_only": True}})
    organization_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(BigInteger)
    epoch: Mapped[int]
    sealed_at: Mapped[datetime]
    events_total: Mapped[int] = mapped_column(BigInteger)
    event_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    row_hashes: Mapped[bytes]
    previous: Mapped[bytes]
    hash: Mapped[bytes]


class LogEpoch(Base):
    """One database cluster's life: its transaction ids mean nothing in another."""

    __tablename__ = "log_epoch"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    system_identifier: Mapped[int] = mapped_column(BigInteger)
    first_event_id: Mapped[int] = mapped_column(BigInteger)
    sealed_below: Mapped[str] = mapped_column(Xid8, nullable=False)
    sealed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
