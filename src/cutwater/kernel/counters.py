"""The table behind `ids.next_key`: the last number given for each prefix in each organization."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.kernel.db import Base


class KeyCounter(Base):
    """One prefix of one organization."""

    __tablename__ = "key_counter"
    __table_args__ = (ForeignKeyConstraint(["organization_id"], ["organization.id"]),)
    organization_id: Mapped[UUID] = mapped_column(primary_key=True)
    prefix: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
