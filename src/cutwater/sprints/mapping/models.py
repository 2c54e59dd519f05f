"""The table of confirmed field mappings."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.kernel.db import Base, OrganizationRow, reference, scoped


class FieldMapping(Base, OrganizationRow):
    """Which field of a site, or of one of its projects, plays which role; confirmed by a person."""

    __tablename__ = "field_mapping"
    __table_args__ = scoped(
        reference("site_id", "site"),
        reference("project_id", "project"),
        Index(
            "ix_field_mapping_site_id",
            "organization_id",
            "site_id",
            unique=True,
            postgresql_where=text("project_id is null"),
        ),
        Index("ix_field_mapping_project_id", "organization_id", "project_id", unique=True),
        Index("ix_field_mapping_site", "organization_id", "site_id"),
    )
    site_id: Mapped[UUID]
    project_id: Mapped[UUID | None]
    discipline: Mapped[str] = mapped_column(default="", server_default="")
    points: Mapped[str] = mapped_column(default="", server_default="")
    owner: Mapped[str] = mapped_column(default="", server_default="")
    sprint: Mapped[str] = mapped_column(default="", server_default="")
    flagged: Mapped[str] = mapped_column(default="", server_default="")
    priority_scale: Mapped[dict[str, int]] = mapped_column(
        JSONB, default=dict, server_default=text("'{}'::jsonb")
    )
    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
