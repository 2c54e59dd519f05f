"""The tables: sites, projects, boards, field mappings; issues with their history; sprints; imports."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.kernel.db import Base, OrganizationRow, one_of, reference, scoped
from cutwater.kernel.ids import new_id
from cutwater.sprints.records import Category, SprintState


class SiteKind(StrEnum):
    """Where issues come from: made here, read from files, or a Jira of either kind."""

    NATIVE = "NATIVE"
    FILES = "FILES"
    JIRA_CLOUD = "JIRA_CLOUD"
    JIRA_SERVER = "JIRA_SERVER"


class ImportState(StrEnum):
    """An import's way: read, shown for confirmation, applied as one; or failed with nothing applied."""

    READING = "READING"
    REVIEW = "REVIEW"
    APPLYING = "APPLYING"
    APPLIED = "APPLIED"
    FAILED = "FAILED"
    DISCARDED = "DISCARDED"


class Origin(StrEnum):
    """Why an issue is in a sprint: its sprint field says so, or a person put it there."""

    FIELD = "FIELD"
    CHOSEN = "CHOSEN"


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
    priority_scale: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1, server_default="1")


class Sprint(Base, OrganizationRow):
    """A sprint, made here or taken over; dates are days, `started_at` and `completed_at` moments."""

    __tablename__ = "sprint"
    __table_args__ = scoped(
        reference("site_id", "site"),
        reference("board_id", "board"),
        one_of("state", SprintState),
        UniqueConstraint("organization_id", "key"),
        UniqueConstraint("organization_id", "site_id", "external_id"),
        Index("ix_sprint_board_id", "organization_id", "board_id"),
        Index("ix_sprint_starts_on", "organization_id", "starts_on"),
    )
    key: Mapped[str]
    site_id: Mapped[UUID]
    board_id: Mapped[UUID | None]
    external_id: Mapped[str | None]
    name: Mapped[str]
    goal: Mapped[str] = mapped_column(default="", server_default="")
    state: Mapped[str]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    synced_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    deleted_at: Mapped[datetime | None]


class Issue(Base, OrganizationRow):
    """An issue, made here or taken over; people are named as their source names them, never our accounts.

    `fields` keeps every value a field mapping could point at, so that a changed mapping needs no new import.
    `done_at` is when it got to category done, `done_source` how we know (changelog, resolution, edit).
    """

    __tablename__ = "issue"
    __table_args__ = scoped(
        reference("site_id", "site"),
        reference("project_id", "project"),
        one_of("status_category", Category),
        UniqueConstraint("organization_id", "site_id", "key"),
        UniqueConstraint("organization_id", "site_id", "external_id"),
        Index("ix_issue_project_id", "organization_id", "project_id"),
        Index("ix_issue_key", "organization_id", "key"),
        Index("ix_issue_changed", "organization_id", "source_updated_at", "id"),
        Index("ix_issue_parent_key", "organization_id", "site_id", "parent_key"),
    )
    site_id: Mapped[UUID]
    project_id: Mapped[UUID | None]
    external_id: Mapped[str | None]
    key: Mapped[str]
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="", server_default="")
    type_name: Mapped[str] = mapped_column(default="", server_default="")
    is_subtask: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    status: Mapped[str] = mapped_column(default="", server_default="")
    status_category: Mapped[str]
    priority: Mapped[str | None]
    points: Mapped[Decimal | None]
    discipline_team: Mapped[str | None]
    reporter_name: Mapped[str | None]
    reporter_account: Mapped[str | None]
    owner_name: Mapped[str | None]
    owner_account: Mapped[str | None]
    assignee_name: Mapped[str | None]
    assignee_account: Mapped[str | None]
    is_flagged: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    parent_key: Mapped[str | None]
    labels: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'::jsonb"))
    source_created_at: Mapped[datetime | None]
    source_updated_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_source: Mapped[str | None]
    remote_links: Mapped[int] = mapped_column(default=0, server_default="0")
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    synced_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    deleted_at: Mapped[datetime | None]


class IssueChange(Base, OrganizationRow):
    """One changed field of an issue. The key leads with the time: the table can be partitioned by it."""

    __tablename__ = "issue_change"
    __table_args__ = (
        ForeignKeyConstraint(["organization_id"], ["organization.id"]),
        reference("issue_id", "issue"),
        UniqueConstraint(
            "organization_id", "issue_id", "at", "external_id", "position", name="uq_issue_change_entry"
        ),
    )
    at: Mapped[datetime] = mapped_column(primary_key=True, sort_order=-1)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    issue_id: Mapped[UUID]
    external_id: Mapped[str] = mapped_column(default="", server_default="")
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    author_name: Mapped[str | None]
    author_account: Mapped[str | None]
    author_id: Mapped[UUID | None]
    field: Mapped[str]
    field_id: Mapped[str] = mapped_column(default="", server_default="")
    was: Mapped[str | None]
    was_id: Mapped[str | None]
    became: Mapped[str | None]
    became_id: Mapped[str | None]


class IssueLink(Base, OrganizationRow):
    """A link as seen from one issue; of one that is not here only what was said of it is known."""

    __tablename__ = "issue_link"
    __table_args__ = scoped(
        reference("issue_id", "issue"),
        reference("other_issue_id", "issue"),
        one_of("other_category", Category),
        UniqueConstraint(
            "organization_id", "issue_id", "type_name", "is_inward", "other_key", name="uq_issue_link_seen"
        ),
        Index("ix_issue_link_other_issue_id", "organization_id", "other_issue_id"),
    )
    issue_id: Mapped[UUID]
    type_name: Mapped[str]
    label: Mapped[str]
    is_inward: Mapped[bool]
    is_blocker: Mapped[bool]
    other_key: Mapped[str]
    other_issue_id: Mapped[UUID | None]
    other_title: Mapped[str] = mapped_column(default="", server_default="")
    other_category: Mapped[str]


class SprintMembership(Base, OrganizationRow):
    """An issue's stay in a sprint; a time that nobody recorded stays empty."""

    __tablename__ = "sprint_membership"
    __table_args__ = scoped(
        reference("sprint_id", "sprint"),
        reference("issue_id", "issue"),
        one_of("origin", Origin),
        Index("ix_sprint_membership_sprint_id", "organization_id", "sprint_id", "issue_id"),
        Index("ix_sprint_membership_issue_id", "organization_id", "issue_id"),
        Index(
            "ix_sprint_membership_now",
            "organization_id",
            "sprint_id",
            "issue_id",
            unique=True,
            postgresql_where=text("left_at is null"),
        ),
    )
    sprint_id: Mapped[UUID]
    issue_id: Mapped[UUID]
    origin: Mapped[str]
    joined_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]


class ImportRun(Base, OrganizationRow):
    """One import: what was uploaded, what it was recognised as, what was confirmed, what came of it."""

    __tablename__ = "import_run"
    __table_args__ = scoped(
        reference("site_id", "site"),
        reference("sprint_id", "sprint"),
        one_of("state", ImportState),
        UniqueConstraint("organization_id", "key"),
        Index("ix_import_run_site_id", "organization_id", "site_id"),
        Index("ix_import_run_sprint_id", "organization_id", "sprint_id"),
    )
    key: Mapped[str]
    site_id: Mapped[UUID]
    sprint_id: Mapped[UUID | None]
    state: Mapped[str]
    started_by: Mapped[UUID | None]
    new_sprint: Mapped[str] = mapped_column(default="", server_default="")
    contents: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'::jsonb"))
    choices: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    coverage: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'::jsonb"))
    oddities: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'::jsonb"))
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    failure: Mapped[str] = mapped_column(default="", server_default="")
    work_id: Mapped[UUID | None]
    read_at: Mapped[datetime | None]
    applied_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1, server_default="1")


class ImportFile(Base, OrganizationRow):
    """One uploaded file of an import, in the order it was given."""

    __tablename__ = "import_file"
    __table_args__ = scoped(
        reference("import_run_id", "import_run"),
        reference("file_id", "stored_file"),
        UniqueConstraint("organization_id", "import_run_id", "position"),
        Index("ix_import_file_file_id", "organization_id", "file_id"),
    )
    import_run_id: Mapped[UUID]
    file_id: Mapped[UUID]
    position: Mapped[int]
