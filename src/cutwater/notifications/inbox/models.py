"""The table of inboxes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.kernel.db import Base, OrganizationRow, scoped


class InboxItem(Base, OrganizationRow):
    """One thing one person was told."""

    __tablename__ = "inbox_item"
    __table_args__ = scoped(
        ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        Index("ix_inbox_item_newest", "user_id", "organization_id", "id"),
        Index("ix_inbox_item_unread", "user_id", "organization_id", postgresql_where=text("read_at is null")),
        Index(
            "ix_inbox_item_once",
            *("organization_id", "user_id", "event_id", "kind"),
            unique=True,
            postgresql_where=text("event_id is not null"),
        ),
    )
    user_id: Mapped[UUID]
    kind: Mapped[str]
    title: Mapped[str]
    path: Mapped[str]
    event_id: Mapped[int | None] = mapped_column(BigInteger)
    read_at: Mapped[datetime | None]
