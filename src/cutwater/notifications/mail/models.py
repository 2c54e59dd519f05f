"""The tables of mail that is to be sent, was sent or is kept."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
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
