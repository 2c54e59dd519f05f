"""The tables of telling people: their inbox, mail on its way, long work."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.kernel.db import Base, OrganizationRow, Row, one_of, scoped


class DeliveryState(StrEnum):
    """Where a mail stands."""

    QUEUED = "QUEUED"
    SENT = "SENT"
    FAILED = "FAILED"
    KEPT = "KEPT"


class LinkKind(StrEnum):
    """Mails that carry a secret link: it is made when the mail is sent or shown, and stored nowhere."""

    INVITATION = "invitation"
    RESET = "reset"
    CONFIRM = "confirm"


class WorkState(StrEnum):
    """Where long work stands."""

    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"


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


class Mail(Row):
    """What every mail on its way has. Its text is erased once it was taken over by a mail server."""

    kind: Mapped[str]
    key: Mapped[str]
    recipient: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str] = mapped_column(default="", server_default="")
    html: Mapped[str] = mapped_column(default="", server_default="")
    link_kind: Mapped[str | None]
    link_id: Mapped[UUID | None]
    message_id: Mapped[str] = mapped_column(default="", server_default="")
    state: Mapped[str] = mapped_column(default=DeliveryState.QUEUED, server_default="QUEUED")
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    last_error: Mapped[str] = mapped_column(default="", server_default="")
    next_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]


class Delivery(Base, OrganizationRow, Mail):
    """A mail of an organization; `key` keeps the same mail from being queued twice."""

    __tablename__ = "delivery"
    __table_args__ = scoped(
        UniqueConstraint("organization_id", "key"),
        one_of("state", DeliveryState),
        one_of("link_kind", LinkKind),
        Index("ix_delivery_state", "organization_id", "state", "id"),
        Index("ix_delivery_recipient", "organization_id", "recipient"),
    )


class PlatformDelivery(Base, Mail):
    """A mail that belongs to no organization, such as a password reset; visible in none."""

    __tablename__ = "platform_delivery"
    __table_args__ = (
        UniqueConstraint("key"),
        one_of("state", DeliveryState),
        one_of("link_kind", LinkKind),
        Index("ix_platform_delivery_state", "state", "id"),
        Index("ix_platform_delivery_recipient", "recipient"),
    )


class Work(Base, OrganizationRow):
    """Something long that runs in the background and can be left and found again."""

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
    result: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    error: Mapped[str] = mapped_column(default="", server_default="")
    started_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
