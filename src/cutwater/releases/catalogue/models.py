"""What releases are of and where they go, and what the tables of releases have in common."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, TextClause, text
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.kernel.db import Base, OrganizationRow, one_of, scoped
from cutwater.releases.core.facts import Colour, EnvironmentKind

ALIVE = text("deleted_at is null")


def member(column: str) -> ForeignKeyConstraint:
    """Somebody who is, or was, a member of the organization."""
    return ForeignKeyConstraint(
        ["organization_id", column], ["membership.organization_id", "membership.user_id"]
    )


def person(column: str) -> ForeignKeyConstraint:
    """Somebody who did something; it may have been a platform superadmin."""
    return ForeignKeyConstraint([column], ["user_account.id"])


def found_by(table: str, *columns: str) -> Index:
    """The index behind a foreign key inside the organization."""
    return Index(f"ix_{table}_organization_id_{'_'.join(columns)}", "organization_id", *columns)


def once(table: str, name: str, *columns: str, where: TextClause = ALIVE) -> Index:
    """Unique among the rows that are not deleted."""
    return Index(f"uq_{table}_{name}", "organization_id", *columns, unique=True, postgresql_where=where)


class Service(Base, OrganizationRow):
    """Something that is deployed: a service or an application, with its repository and Jira project."""

    __tablename__ = "service"
    __table_args__ = scoped(once("service", "slug", "slug"), one_of("colour", Colour))
    slug: Mapped[str]
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    repository: Mapped[str] = mapped_column(default="")
    jira_project: Mapped[str] = mapped_column(default="")
    colour: Mapped[str] = mapped_column(default=Colour.BLUE)
    archived_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)
    deleted_at: Mapped[datetime | None]


class Environment(Base, OrganizationRow):
    """Where releases go; the runbooks resolve their roles to these."""

    __tablename__ = "environment"
    __table_args__ = scoped(once("environment", "slug", "slug"), one_of("kind", EnvironmentKind))
    slug: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=1)
    deleted_at: Mapped[datetime | None]
