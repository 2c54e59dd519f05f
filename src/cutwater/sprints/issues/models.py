"""The tables of issues, their changes and their links."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.kernel.db import Base, OrganizationRow, one_of, reference, scoped
from cutwater.kernel.ids import new_id
from cutwater.sprints.core.facts import Category


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
    labels: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default=text("'[]'::jsonb"))
    source_created_at: Mapped[datetime | None]
    source_updated_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_source: Mapped[str | None]
    remote_links: Mapped[int] = mapped_column(default=0, server_default="0")
    fields: Mapped[dict[str, object]] = mapped_column(JSONB, default=dict, server_default=text("'{}'::jsonb"))
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
