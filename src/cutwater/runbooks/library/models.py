"""The tables of runbooks: their versions and what is in each version."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.kernel.db import Base, OrganizationRow, one_of, reference, scoped
from cutwater.runbooks.core.critical_path import LinkKind
from cutwater.runbooks.core.facts import VersionState


def member(column: str) -> ForeignKeyConstraint:
    """Somebody who is, or was, a member of the organization."""
    return ForeignKeyConstraint(
        ["organization_id", column], ["membership.organization_id", "membership.user_id"]
    )


def person(column: str) -> ForeignKeyConstraint:
    """Somebody who did something; it may have been a platform superadmin."""
    return ForeignKeyConstraint([column], ["user_account.id"])


def found_by(table: str, *columns: str, unique: bool = False) -> Index:
    """An index inside the organization."""
    prefix = "uq" if unique else "ix"
    return Index(
        f"{prefix}_{table}_organization_id_{'_'.join(columns)}", "organization_id", *columns, unique=unique
    )


class StepTypeRow(Base, OrganizationRow):
    """A step type that the organization added to the nine everybody has."""

    __tablename__ = "step_type"
    __table_args__ = scoped(found_by("step_type", "code", unique=True))
    code: Mapped[str]
    label: Mapped[str]
    tone: Mapped[str] = mapped_column(default="neutral")
    deleted_at: Mapped[datetime | None]


class Runbook(Base, OrganizationRow):
    """What runs are copied from, again and again; its content lies in its versions."""

    __tablename__ = "runbook"
    __table_args__ = scoped(found_by("runbook", "key", unique=True))
    key: Mapped[str]
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    revision: Mapped[int] = mapped_column(default=1)
    deleted_at: Mapped[datetime | None]


class RunbookVersion(Base, OrganizationRow):
    """One state of a runbook: a draft that imports rewrite, or published and immutable."""

    __tablename__ = "runbook_version"
    __table_args__ = scoped(
        found_by("runbook_version", "runbook_id", "number", unique=True),
        Index(
            "uq_runbook_version_draft",
            "organization_id",
            "runbook_id",
            unique=True,
            postgresql_where=text("state = 'DRAFT'"),
        ),
        Index("ix_runbook_version_published_by_id", "published_by_id"),
        reference("runbook_id", "runbook"),
        person("published_by_id"),
        one_of("state", VersionState),
    )
    runbook_id: Mapped[UUID]
    number: Mapped[int]
    state: Mapped[str] = mapped_column(default=VersionState.DRAFT)
    step_count: Mapped[int] = mapped_column(default=0)
    link_count: Mapped[int] = mapped_column(default=0)
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[UUID | None]
    revision: Mapped[int] = mapped_column(default=1)


class RunbookSequence(Base, OrganizationRow):
    """A sequence of phases in a version."""

    __tablename__ = "runbook_sequence"
    __table_args__ = scoped(
        found_by("runbook_sequence", "version_id"),
        reference("version_id", "runbook_version"),
    )
    version_id: Mapped[UUID]
    position: Mapped[int]
    title: Mapped[str] = mapped_column(default="")


class RunbookPhase(Base, OrganizationRow):
    """A phase (chapter) of a sequence."""

    __tablename__ = "runbook_phase"
    __table_args__ = scoped(
        found_by("runbook_phase", "sequence_id"),
        reference("sequence_id", "runbook_sequence"),
    )
    sequence_id: Mapped[UUID]
    position: Mapped[int]
    title: Mapped[str]


class RunbookStep(Base, OrganizationRow):
    """A step of a version; offsets are minutes from the start of a run."""

    __tablename__ = "runbook_step"
    __table_args__ = scoped(
        found_by("runbook_step", "version_id", "code", unique=True),
        found_by("runbook_step", "phase_id"),
        found_by("runbook_step", "team_id"),
        found_by("runbook_step", "assignee_id"),
        found_by("runbook_step", "deputy_id"),
        reference("version_id", "runbook_version"),
        reference("phase_id", "runbook_phase"),
        reference("team_id", "team"),
        member("assignee_id"),
        member("deputy_id"),
        CheckConstraint("duration_minutes >= 0", name="duration_counts_forward"),
    )
    version_id: Mapped[UUID]
    phase_id: Mapped[UUID]
    position: Mapped[int]
    code: Mapped[str]
    title: Mapped[str]
    step_type: Mapped[str]
    team_id: Mapped[UUID | None]
    assignee_id: Mapped[UUID | None]
    deputy_id: Mapped[UUID | None]
    owner_note: Mapped[str] = mapped_column(default="")
    environment_role: Mapped[str] = mapped_column(default="")
    duration_minutes: Mapped[int]
    planned_offset_minutes: Mapped[int | None]
    fixed_offset_minutes: Mapped[int | None]
    deadline_offset_minutes: Mapped[int | None]
    labels: Mapped[list[str]] = mapped_column(JSONB, default=list)
    rollback: Mapped[str] = mapped_column(default="")


class RunbookInstruction(Base, OrganizationRow):
    """One line of a step's instructions."""

    __tablename__ = "runbook_instruction"
    __table_args__ = scoped(found_by("runbook_instruction", "step_id"), reference("step_id", "runbook_step"))
    step_id: Mapped[UUID]
    position: Mapped[int]
    text: Mapped[str]
    is_mandatory: Mapped[bool] = mapped_column(default=False)


class RunbookLink(Base, OrganizationRow):
    """`after` waits for `before`, both steps of one version."""

    __tablename__ = "runbook_link"
    __table_args__ = scoped(
        found_by("runbook_link", "version_id"),
        found_by("runbook_link", "before_id", "after_id", "kind", unique=True),
        found_by("runbook_link", "after_id"),
        reference("version_id", "runbook_version"),
        reference("before_id", "runbook_step"),
        reference("after_id", "runbook_step"),
        one_of("kind", LinkKind),
        CheckConstraint("before_id <> after_id", name="not_itself"),
    )
    version_id: Mapped[UUID]
    before_id: Mapped[UUID]
    after_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(default=LinkKind.FS)
    lag_minutes: Mapped[int] = mapped_column(default=0)
    is_hard: Mapped[bool] = mapped_column(default=True)
