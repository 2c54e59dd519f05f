"""The tables of releases. People, issues and sprints are ids with foreign keys, never relationships."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.kernel.db import Base, OrganizationRow, one_of, reference, scoped
from cutwater.releases.facts import (
    DependencyKind,
    EnvironmentKind,
    ItemKind,
    Outcome,
    Priority,
    Requirement,
    Status,
    Verdict,
)

ALIVE = text("deleted_at is null")
COLOURS = ("blue", "green", "amber", "red", "violet", "teal", "grey")


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


def once(table: str, name: str, *columns: str, where: Any = ALIVE) -> Index:
    """Unique among the rows that are not deleted."""
    return Index(f"uq_{table}_{name}", "organization_id", *columns, unique=True, postgresql_where=where)


class Service(Base, OrganizationRow):
    """Something that is deployed: a service or an application, with its repository and Jira project."""

    __tablename__ = "service"
    __table_args__ = scoped(once("service", "slug", "slug"), one_of("colour", COLOURS))
    slug: Mapped[str]
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    repository: Mapped[str] = mapped_column(default="")
    jira_project: Mapped[str] = mapped_column(default="")
    colour: Mapped[str] = mapped_column(default="blue")
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


class Release(Base, OrganizationRow):
    """One change set on its way to production. Blocked is derived; only a block by hand is stored."""

    __tablename__ = "release"
    __table_args__ = scoped(
        Index("uq_release_key", "organization_id", "key", unique=True),
        Index("ix_release_status", "organization_id", "status"),
        found_by("release", "service_id"),
        found_by("release", "sprint_id"),
        found_by("release", "owner_id"),
        Index("ix_release_blocked_by_id", "blocked_by_id"),
        reference("service_id", "service"),
        reference("sprint_id", "sprint"),
        member("owner_id"),
        person("blocked_by_id"),
        one_of("status", Status),
        one_of("priority", Priority),
        CheckConstraint("(blocked_reason is null) = (blocked_at is null)", name="blocked_since"),
    )
    key: Mapped[str]
    service_id: Mapped[UUID]
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    version: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default=Status.PLANNING)
    priority: Mapped[str] = mapped_column(default=Priority.MEDIUM)
    hotfix: Mapped[bool] = mapped_column(default=False)
    owner_id: Mapped[UUID | None]
    sprint_id: Mapped[UUID | None]
    target_date: Mapped[date | None]
    blocked_reason: Mapped[str | None]
    blocked_at: Mapped[datetime | None]
    blocked_by_id: Mapped[UUID | None]
    moved_at: Mapped[datetime]
    staging_at: Mapped[datetime | None]
    production_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)
    deleted_at: Mapped[datetime | None]


class ReleaseItem(Base, OrganizationRow):
    """A ticket or pull request that the release carries; title, status and assignee are a dated copy."""

    __tablename__ = "release_item"
    __table_args__ = scoped(
        once("release_item", "reference", "release_id", "kind", "reference"),
        once(
            "release_item",
            "number",
            "release_id",
            "kind",
            "repository",
            "number",
            where=text("deleted_at is null and number is not null"),
        ),
        found_by("release_item", "release_id"),
        found_by("release_item", "issue_id"),
        reference("release_id", "release"),
        reference("issue_id", "issue"),
        one_of("kind", ItemKind),
        CheckConstraint(
            "kind = 'JIRA_TICKET' or (repository <> '' and number > 0)", name="pull_request_named"
        ),
    )
    release_id: Mapped[UUID]
    kind: Mapped[str]
    issue_id: Mapped[UUID | None]
    reference: Mapped[str]
    repository: Mapped[str] = mapped_column(default="")
    number: Mapped[int | None]
    url: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="")
    is_done: Mapped[bool] = mapped_column(default=False)
    assignee: Mapped[str] = mapped_column(default="")
    synced_at: Mapped[datetime | None]
    sync_error: Mapped[str] = mapped_column(default="")
    revision: Mapped[int] = mapped_column(default=1)
    deleted_at: Mapped[datetime | None]


class ReleaseDependency(Base, OrganizationRow):
    """`dependent` waits for `blocker`, should follow it, or goes together with it, as `kind` says."""

    __tablename__ = "release_dependency"
    __table_args__ = scoped(
        once("release_dependency", "pair", "blocker_id", "dependent_id"),
        found_by("release_dependency", "blocker_id"),
        found_by("release_dependency", "dependent_id"),
        reference("blocker_id", "release"),
        reference("dependent_id", "release"),
        one_of("kind", DependencyKind),
        CheckConstraint("blocker_id <> dependent_id", name="not_itself"),
    )
    blocker_id: Mapped[UUID]
    dependent_id: Mapped[UUID]
    kind: Mapped[str]
    revision: Mapped[int] = mapped_column(default=1)
    deleted_at: Mapped[datetime | None]


class ReleaseApproval(Base, OrganizationRow):
    """A named approver of a release, and what they said."""

    __tablename__ = "release_approval"
    __table_args__ = scoped(
        once("release_approval", "approver", "release_id", "approver_id"),
        found_by("release_approval", "release_id"),
        found_by("release_approval", "approver_id"),
        Index("ix_release_approval_named_by_id", "named_by_id"),
        reference("release_id", "release"),
        member("approver_id"),
        person("named_by_id"),
        one_of("verdict", Verdict),
    )
    release_id: Mapped[UUID]
    approver_id: Mapped[UUID]
    named_by_id: Mapped[UUID | None]
    verdict: Mapped[str] = mapped_column(default=Verdict.PENDING)
    note: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)
    deleted_at: Mapped[datetime | None]


class FreezeWindow(Base, OrganizationRow):
    """A time in which nothing goes to an environment without an override."""

    __tablename__ = "freeze_window"
    __table_args__ = scoped(
        found_by("freeze_window", "environment_id"),
        Index("ix_freeze_window_ends_at", "organization_id", "ends_at"),
        reference("environment_id", "environment"),
        CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
    )
    environment_id: Mapped[UUID]
    title: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)
    deleted_at: Mapped[datetime | None]


class RequirementSwitch(Base, OrganizationRow):
    """Where an organization differs from the default of one requirement of one target."""

    __tablename__ = "requirement_switch"
    __table_args__ = scoped(
        Index("uq_requirement_switch_target", "organization_id", "target", "requirement", unique=True),
        one_of("target", Status),
        one_of("requirement", Requirement),
    )
    target: Mapped[str]
    requirement: Mapped[str]
    is_on: Mapped[bool]


class Deployment(Base, OrganizationRow):
    """A release, an environment, when, and how it ended."""

    __tablename__ = "deployment"
    __table_args__ = scoped(
        found_by("deployment", "release_id"),
        found_by("deployment", "environment_id"),
        Index("ix_deployment_deployed_at", "organization_id", "deployed_at"),
        Index("ix_deployment_deployed_by_id", "deployed_by_id"),
        reference("release_id", "release"),
        reference("environment_id", "environment"),
        person("deployed_by_id"),
        one_of("outcome", Outcome),
    )
    release_id: Mapped[UUID]
    environment_id: Mapped[UUID]
    version: Mapped[str] = mapped_column(default="")
    outcome: Mapped[str] = mapped_column(default=Outcome.SUCCEEDED)
    deployed_at: Mapped[datetime]
    deployed_by_id: Mapped[UUID | None]
    step_key: Mapped[str] = mapped_column(default="")


class ReleaseComment(Base, OrganizationRow):
    """What somebody wrote about a release, in markdown as typed; shown sanitised."""

    __tablename__ = "release_comment"
    __table_args__ = scoped(
        found_by("release_comment", "release_id"),
        Index("ix_release_comment_author_id", "author_id"),
        reference("release_id", "release"),
        person("author_id"),
    )
    release_id: Mapped[UUID]
    author_id: Mapped[UUID | None]
    body: Mapped[str]
    edited_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)
    deleted_at: Mapped[datetime | None]
