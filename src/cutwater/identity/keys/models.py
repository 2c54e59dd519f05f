"""The table of API keys."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.identity.accounts.models import person
from cutwater.identity.core.roles import Role
from cutwater.kernel.db import Base, OrganizationRow, one_of, scoped


class ApiKey(Base, OrganizationRow):
    """A key of a person, or of the organization itself (a service key, with a role of its own)."""

    __tablename__ = "api_key"
    __table_args__ = scoped(
        UniqueConstraint("key_hash"),
        person("user_id"),
        person("created_by"),
        Index(None, "user_id"),
        Index(None, "created_by"),
        one_of("role", Role),
        CheckConstraint("(user_id is null) <> (role is null)", name="person_or_service"),
    )
    user_id: Mapped[UUID | None]
    role: Mapped[str | None]
    name: Mapped[str]
    start: Mapped[str]
    key_hash: Mapped[bytes]
    scopes: Mapped[list[str]] = mapped_column(JSONB)
    created_by: Mapped[UUID]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
