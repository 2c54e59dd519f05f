"""The tables of migrations and runs: a run's sequences, phases, steps, instructions and links are copies."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.kernel.db import Base, OrganizationRow, one_of, reference, scoped
from cutwater.runbooks.core.critical_path import LinkKind
from cutwater.runbooks.core.facts import Communications, DeployState
from cutwater.runbooks.core.run_machine import RunState
from cutwater.runbooks.core.step_machine import StepState
from cutwater.runbooks.library.models import found_by, member, person


class Migration(Base, OrganizationRow):
    """The programme: its rehearsals and its cutover are runs."""

    __tablename__ = "migration"
    __table_args__ = scoped(found_by("migration", "key", unique=True))
    key: Mapped[str]
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    zone: Mapped[str]
    revision: Mapped[int] = mapped_column(default=1)
    deleted_at: Mapped[datetime | None]


class Run(Base, OrganizationRow):
    """One run of a published version. `tick` counts changes of its steps, `graph_revision` of its links."""

    __tablename__ = "run"
    __table_args__ = scoped(
        found_by("run", "key", unique=True),
        found_by("run", "migration_id"),
        found_by("run", "version_id"),
        found_by("run", "state"),
        Index("ix_run_created_by_id", "created_by_id"),
        reference("migration_id", "migration"),
        reference("version_id", "runbook_version"),
        person("created_by_id"),
        one_of("state", RunState),
        one_of("communications", Communications),
    )
    key: Mapped[str]
    migration_id: Mapped[UUID]
    version_id: Mapped[UUID]
    type: Mapped[str]
    title: Mapped[str]
    is_rehearsal: Mapped[bool]
    state: Mapped[str] = mapped_column(default=RunState.PLANNED)
    zone: Mapped[str]
    communications: Mapped[str]
    planned_start: Mapped[datetime]
    planned_end: Mapped[datetime]
    window_end: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    tick: Mapped[int] = mapped_column(default=1)
    graph_revision: Mapped[int] = mapped_column(default=1)
    created_by_id: Mapped[UUID | None]
    revision: Mapped[int] = mapped_column(default=1)
    deleted_at: Mapped[datetime | None]


class RunSequence(Base, OrganizationRow):
    """A run's copy of a sequence."""

    __tablename__ = "run_sequence"
    __table_args__ = scoped(found_by("run_sequence", "run_id"), reference("run_id", "run"))
    run_id: Mapped[UUID]
    position: Mapped[int]
    title: Mapped[str] = mapped_column(default="")


class RunPhase(Base, OrganizationRow):
    """A run's copy of a phase."""

    __tablename__ = "run_phase"
    __table_args__ = scoped(found_by("run_phase", "sequence_id"), reference("sequence_id", "run_sequence"))
    sequence_id: Mapped[UUID]
    position: Mapped[int]
    title: Mapped[str]


class RunStep(Base, OrganizationRow):
    """A run's copy of a step, and what happened to it. Forecasts are computed, never stored."""

    __tablename__ = "run_step"
    __table_args__ = scoped(
        found_by("run_step", "run_id", "code_folded", unique=True),
        found_by("run_step", "run_id", "state"),
        found_by("run_step", "phase_id"),
        found_by("run_step", "template_step_id"),
        found_by("run_step", "team_id"),
        found_by("run_step", "assignee_id"),
        found_by("run_step", "deputy_id"),
        found_by("run_step", "release_id"),
        Index("ix_run_step_changed_by_id", "changed_by_id"),
        reference("run_id", "run"),
        reference("phase_id", "run_phase"),
        reference("template_step_id", "runbook_step"),
        reference("team_id", "team"),
        reference("release_id", "release"),
        member("assignee_id"),
        member("deputy_id"),
        person("changed_by_id"),
        one_of("state", StepState),
        one_of("deploy_state", DeployState),
    )
    run_id: Mapped[UUID]
    phase_id: Mapped[UUID]
    template_step_id: Mapped[UUID | None]
    position: Mapped[int]
    code: Mapped[str]
    code_folded: Mapped[str]
    title: Mapped[str]
    step_type: Mapped[str]
    team_id: Mapped[UUID | None]
    assignee_id: Mapped[UUID | None]
    deputy_id: Mapped[UUID | None]
    owner_note: Mapped[str] = mapped_column(default="")
    environment_role: Mapped[str] = mapped_column(default="")
    duration_minutes: Mapped[int]
    planned_start: Mapped[datetime]
    planned_end: Mapped[datetime]
    fixed_start: Mapped[datetime | None]
    deadline: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    ready_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(default=StepState.PENDING)
    reason: Mapped[str] = mapped_column(default="")
    lets_successors_go: Mapped[bool] = mapped_column(default=False)
    is_flagged: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime | None]
    changed_by_id: Mapped[UUID | None]
    release_id: Mapped[UUID | None]
    deploy_state: Mapped[str] = mapped_column(default=DeployState.NONE)
    deploy_note: Mapped[str] = mapped_column(default="")
    labels: Mapped[list[str]] = mapped_column(JSONB, default=list)
    rollback: Mapped[str] = mapped_column(default="")
    revision: Mapped[int] = mapped_column(default=1)


class RunInstruction(Base, OrganizationRow):
    """A run's copy of an instruction, and who did it when."""

    __tablename__ = "run_instruction"
    __table_args__ = scoped(
        found_by("run_instruction", "step_id"),
        Index("ix_run_instruction_done_by_id", "done_by_id"),
        reference("step_id", "run_step"),
        person("done_by_id"),
    )
    step_id: Mapped[UUID]
    position: Mapped[int]
    text: Mapped[str]
    is_mandatory: Mapped[bool] = mapped_column(default=False)
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[UUID | None]


class RunLink(Base, OrganizationRow):
    """A run's copy of a link; `is_implied` where a step without links follows its phase's order."""

    __tablename__ = "run_link"
    __table_args__ = scoped(
        found_by("run_link", "run_id"),
        found_by("run_link", "before_id", "after_id", "kind", unique=True),
        found_by("run_link", "after_id"),
        reference("run_id", "run"),
        reference("before_id", "run_step"),
        reference("after_id", "run_step"),
        one_of("kind", LinkKind),
        CheckConstraint("before_id <> after_id", name="not_itself"),
    )
    run_id: Mapped[UUID]
    before_id: Mapped[UUID]
    after_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(default=LinkKind.FS)
    lag_minutes: Mapped[int] = mapped_column(default=0)
    is_hard: Mapped[bool] = mapped_column(default=True)
    is_implied: Mapped[bool] = mapped_column(default=False)
