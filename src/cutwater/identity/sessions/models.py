"""The tables of who is signed in where."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.identity.accounts.models import person
from cutwater.kernel.db import Base, OrganizationRow, Row, scoped


class SignInSession(Base, Row):
    """One browser that is signed in; only the fingerprint of its cookie is kept."""

    __tablename__ = "sign_in_session"
    __table_args__ = (UniqueConstraint("token_hash"), person("user_id"), Index(None, "user_id"))
    user_id: Mapped[UUID]
    token_hash: Mapped[bytes]
    browser: Mapped[str] = mapped_column(default="", server_default="")
    address: Mapped[str] = mapped_column(default="", server_default="")
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignInFailure(Base, Row):
    """A wrong password, by the fingerprint of what was typed as the name; kept for a day."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index(None, "login_hash", "created_at"), Index(None, "created_at"))
    login_hash: Mapped[bytes]


class RefreshToken(Base, OrganizationRow):
    """One link of a refresh family; a person's token for one organization."""

    __tablename__ = "refresh_token"
    __table_args__ = scoped(
        UniqueConstraint("token_hash"),
        person("user_id"),
        Index(None, "user_id"),
        Index(None, "organization_id", "family_id"),
    )
    user_id: Mapped[UUID]
    family_id: Mapped[UUID]
    token_hash: Mapped[bytes]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
