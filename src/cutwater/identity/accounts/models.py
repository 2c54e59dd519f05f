"""The tables of people's accounts, which belong to no organization."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.kernel.db import Base, Row, one_of


class LinkPurpose(StrEnum):
    """What a mailed link to a person does."""

    RESET = "reset"
    CONFIRM = "confirm"


def person(column: str) -> ForeignKeyConstraint:
    """A reference to anybody, a superadmin who is no member included."""
    return ForeignKeyConstraint([column], ["user_account.id"])


def member(column: str) -> ForeignKeyConstraint:
    """A reference to somebody of the same organization; memberships are ended, never deleted."""
    return ForeignKeyConstraint(
        ["organization_id", column], ["membership.organization_id", "membership.user_id"]
    )


class UserAccount(Base, Row):
    """A person, in any number of organizations. E-mail and user name are kept in lower case."""

    __tablename__ = "user_account"
    __table_args__ = (
        UniqueConstraint("email"),
        UniqueConstraint("username"),
        ForeignKeyConstraint(["last_organization_id"], ["organization.id"]),
        Index(None, "last_organization_id"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("username = lower(username)", name="username_lower"),
    )
    email: Mapped[str]
    username: Mapped[str]
    name: Mapped[str]
    zone: Mapped[str] = mapped_column(default="UTC", server_default="UTC")
    locale: Mapped[str] = mapped_column(default="en", server_default="en")
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    is_superadmin: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    email_confirmed_at: Mapped[datetime | None]
    last_organization_id: Mapped[UUID | None]
    revision: Mapped[int] = mapped_column(default=1, server_default="1")


class UserPassword(Base, Row):
    """The Argon2id hash, apart from the person so that colleagues' rows never carry it."""

    __tablename__ = "user_password"
    __table_args__ = (UniqueConstraint("user_id"), person("user_id"))
    user_id: Mapped[UUID]
    hash: Mapped[str]
    changed_at: Mapped[datetime]


class AccountLink(Base, Row):
    """A mailed link that resets a password or confirms an address: single use, derived from its nonce."""

    __tablename__ = "account_link"
    __table_args__ = (person("user_id"), Index(None, "user_id"), one_of("purpose", LinkPurpose))
    user_id: Mapped[UUID]
    purpose: Mapped[str]
    nonce: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
