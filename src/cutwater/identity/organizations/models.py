"""The tables of organizations and of who is in them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.identity.accounts.models import person
from cutwater.identity.core.roles import Role
from cutwater.kernel.db import Base, OrganizationRow, Row, one_of, scoped


class Organization(Base, Row):
    """The tenant. Its slug is in every address."""

    __tablename__ = "organization"
    __table_args__ = (
        UniqueConstraint("slug"),
        CheckConstraint("slug ~ '^[a-z0-9][a-z0-9-]*$'", name="slug_shape"),
    )
    name: Mapped[str]
    slug: Mapped[str]
    zone: Mapped[str] = mapped_column(default="UTC", server_default="UTC")
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    deleted_at: Mapped[datetime | None]


class Membership(Base, OrganizationRow):
    """A person in an organization. Ended, never deleted: what they did keeps its name."""

    __tablename__ = "membership"
    __table_args__ = scoped(
        UniqueConstraint("organization_id", "user_id"),
        person("user_id"),
        Index(None, "user_id"),
        one_of("role", Role),
    )
    user_id: Mapped[UUID]
    role: Mapped[str]
    is_auditor: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    ended_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
