"""The tables of sites: the site, its projects, boards, statuses and fields."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.kernel.db import Base, OrganizationRow, one_of, reference, scoped
from cutwater.sprints.core.facts import Category, SiteKind


class Site(Base, OrganizationRow):
    """A place issues come from."""

    __tablename__ = "site"
    __table_args__ = scoped(
        one_of("kind", SiteKind),
        Index(
            "ix_site_name",
            "organization_id",
            "name",
            unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
    )
    name: Mapped[str]
    kind: Mapped[str]
    url: Mapped[str] = mapped_column(default="", server_default="")
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    deleted_at: Mapped[datetime | None]


class Project(Base, OrganizationRow):
    """A project of a site."""

    __tablename__ = "project"
    __table_args__ = scoped(
        reference("site_id", "site"), UniqueConstraint("organization_id", "site_id", "key")
    )
    site_id: Mapped[UUID]
    external_id: Mapped[str | None]
    key: Mapped[str]
    name: Mapped[str]


class Board(Base, OrganizationRow):
    """A board of a site; the name is known only once a list of boards was imported."""

    __tablename__ = "board"
    __table_args__ = scoped(
        reference("site_id", "site"), UniqueConstraint("organization_id", "site_id", "external_id")
    )
    site_id: Mapped[UUID]
    external_id: Mapped[str]
    name: Mapped[str] = mapped_column(default="", server_default="")
    kind: Mapped[str] = mapped_column(default="", server_default="")


class IssueStatus(Base, OrganizationRow):
    """A status of a site and the stage it belongs to; the changelog knows statuses by id and name only."""

    __tablename__ = "issue_status"
    __table_args__ = scoped(
        reference("site_id", "site"),
        one_of("category", Category),
        UniqueConstraint("organization_id", "site_id", "external_id", "name"),
    )
    site_id: Mapped[UUID]
    external_id: Mapped[str] = mapped_column(default="", server_default="")
    name: Mapped[str]
    category: Mapped[str]


class SiteField(Base, OrganizationRow):
    """A field of a site as its list of fields describes it."""

    __tablename__ = "site_field"
    __table_args__ = scoped(
        reference("site_id", "site"), UniqueConstraint("organization_id", "site_id", "field_id")
    )
    site_id: Mapped[UUID]
    field_id: Mapped[str]
    name: Mapped[str]
    custom: Mapped[str] = mapped_column(default="", server_default="")
    type_name: Mapped[str] = mapped_column(default="", server_default="")
