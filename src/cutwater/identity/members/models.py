"""The table of invitations."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.identity.accounts.models import person
from cutwater.identity.core.roles import Role
from cutwater.kernel.db import Base, OrganizationRow, one_of, scoped


class Invitation(Base, OrganizationRow):
    """A mailed way in: single use, for one e-mail address."""

    __tablename__ = "invitation"
    __table_args__ = scoped(
        person("invited_by"),
        person("accepted_by"),
        Index(None, "invited_by"),
        Index(None, "accepted_by"),
        Index(None, "organization_id", "email"),
        one_of("role", Role),
    )
    email: Mapped[str]
    role: Mapped[str]
    team_ids: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default=text("'[]'::jsonb"))
    nonce: Mapped[str]
    invited_by: Mapped[UUID | None]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[UUID | None]
    revoked_at: Mapped[datetime | None]
