"""Runbooks and their versions, imported worksheets, migrations, runs and what they copy."""

import sqlalchemy as sa
from alembic import op

from cutwater.schema import tools

revision = "20261120_07_runbooks"
down_revision = "20261120_06_releases"
branch_labels = None
depends_on = None

TABLES = (
    "step_type",
    "runbook",
    "runbook_version",
    "runbook_sequence",
    "runbook_phase",
    "runbook_step",
    "runbook_instruction",
    "runbook_link",
    "runbook_import",
    "migration",
    "run",
    "run_sequence",
    "run_phase",
    "run_step",
    "run_instruction",
    "run_link",
)


def number(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Integer(), nullable=null)


def flag(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def person(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["user_account.id"], name=f"fk_{table}_{column}")


def member(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organization_id", column],
        ["membership.organization_id", "membership.user_id"],
        name=f"fk_{table}_organization_id_{column}",
    )


def upgrade() -> None:
    templates()
    imports()
    runs()


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)


def templates() -> None:
    tools.table(
        "step_type",
        tools.text("code"),
        tools.text("label"),
        tools.text("tone"),
        tools.time("deleted_at"),
    )
    op.create_index(
        "uq_step_type_organization_id_code", "step_type", ["organization_id", "code"], unique=True
    )
    tools.table(
        "runbook",
        tools.text("key"),
        tools.text("title"),
        tools.text("description"),
        number("revision"),
        tools.time("deleted_at"),
    )
    op.create_index("uq_runbook_organization_id_key", "runbook", ["organization_id", "key"], unique=True)
    tools.table(
        "runbook_version",
        tools.uuid("runbook_id", null=False),
        number("number"),
        tools.text("state"),
        number("step_count"),
        number("link_count"),
        tools.time("published_at"),
        tools.uuid("published_by_id"),
        number("revision"),
        person("runbook_version", "published_by_id"),
        tools.one_of("runbook_version", "state", "DRAFT PUBLISHED"),
        tools.reference("runbook_version", "runbook_id", "runbook"),
    )
    op.create_index("ix_runbook_version_published_by_id", "runbook_version", ["published_by_id"])
    op.create_index(
        "uq_runbook_version_draft",
        "runbook_version",
        ["organization_id", "runbook_id"],
        unique=True,
        postgresql_where=sa.text("state = 'DRAFT'"),
    )
    op.create_index(
        "uq_runbook_version_organization_id_runbook_id_number",
        "runbook_version",
        ["organization_id", "runbook_id", "number"],
        unique=True,
    )
    tools.table(
        "runbook_sequence",
        tools.uuid("version_id", null=False),
        number("position"),
        tools.text("title"),
        tools.reference("runbook_sequence", "version_id", "runbook_version"),
    )
    op.create_index(
        "ix_runbook_sequence_organization_id_version_id",
        "runbook_sequence",
        ["organization_id", "version_id"],
    )
    tools.table(
        "runbook_phase",
        tools.uuid("sequence_id", null=False),
        number("position"),
        tools.text("title"),
        tools.reference("runbook_phase", "sequence_id", "runbook_sequence"),
    )
    op.create_index(
        "ix_runbook_phase_organization_id_sequence_id", "runbook_phase", ["organization_id", "sequence_id"]
    )
    tools.table(
        "runbook_step",
        tools.uuid("version_id", null=False),
        tools.uuid("phase_id", null=False),
        number("position"),
        tools.text("code"),
        tools.text("title"),
        tools.text("step_type"),
        tools.uuid("team_id"),
        tools.uuid("assignee_id"),
        tools.uuid("deputy_id"),
        tools.text("owner_note"),
        tools.text("environment_role"),
        number("duration_minutes"),
        number("planned_offset_minutes", null=True),
        number("fixed_offset_minutes", null=True),
        number("deadline_offset_minutes", null=True),
        tools.document("labels", default="[]"),
        tools.text("rollback"),
        check("runbook_step", "duration_counts_forward", "duration_minutes >= 0"),
        member("runbook_step", "assignee_id"),
        member("runbook_step", "deputy_id"),
        tools.reference("runbook_step", "phase_id", "runbook_phase"),
        tools.reference("runbook_step", "team_id", "team"),
        tools.reference("runbook_step", "version_id", "runbook_version"),
    )
    op.create_index(
        "ix_runbook_step_organization_id_assignee_id", "runbook_step", ["organization_id", "assignee_id"]
    )
    op.create_index(
        "ix_runbook_step_organization_id_deputy_id", "runbook_step", ["organization_id", "deputy_id"]
    )
    op.create_index(
        "ix_runbook_step_organization_id_phase_id", "runbook_step", ["organization_id", "phase_id"]
    )
    op.create_index("ix_runbook_step_organization_id_team_id", "runbook_step", ["organization_id", "team_id"])
    op.create_index(
        "uq_runbook_step_organization_id_version_id_code",
        "runbook_step",
        ["organization_id", "version_id", "code"],
        unique=True,
    )
    tools.table(
        "runbook_instruction",
        tools.uuid("step_id", null=False),
        number("position"),
        tools.text("text"),
        flag("is_mandatory"),
        tools.reference("runbook_instruction", "step_id", "runbook_step"),
    )
    op.create_index(
        "ix_runbook_instruction_organization_id_step_id",
        "runbook_instruction",
        ["organization_id", "step_id"],
    )
    tools.table(
        "runbook_link",
        tools.uuid("version_id", null=False),
        tools.uuid("before_id", null=False),
        tools.uuid("after_id", null=False),
        tools.text("kind"),
        number("lag_minutes"),
        flag("is_hard"),
        check("runbook_link", "not_itself", "before_id <> after_id"),
        tools.one_of("runbook_link", "kind", "FS SS FF SF"),
        tools.reference("runbook_link", "after_id", "runbook_step"),
        tools.reference("runbook_link", "before_id", "runbook_step"),
        tools.reference("runbook_link", "version_id", "runbook_version"),
    )
    op.create_index(
        "ix_runbook_link_organization_id_after_id", "runbook_link", ["organization_id", "after_id"]
    )
    op.create_index(
        "ix_runbook_link_organization_id_version_id", "runbook_link", ["organization_id", "version_id"]
    )
    op.create_index(
        "uq_runbook_link_organization_id_before_id_after_id_kind",
        "runbook_link",
        ["organization_id", "before_id", "after_id", "kind"],
        unique=True,
    )


def imports() -> None:
    tools.table(
        "runbook_import",
        tools.uuid("runbook_id"),
        tools.uuid("file_id", null=False),
        tools.text("sheet"),
        tools.text("title"),
        tools.text("zone"),
        tools.document("mapping"),
        tools.text("state"),
        tools.uuid("created_by_id"),
        number("revision"),
        person("runbook_import", "created_by_id"),
        tools.one_of("runbook_import", "state", "UPLOADED APPLIED"),
        tools.reference("runbook_import", "file_id", "stored_file"),
        tools.reference("runbook_import", "runbook_id", "runbook"),
    )
    op.create_index("ix_runbook_import_created_by_id", "runbook_import", ["created_by_id"])
    op.create_index(
        "ix_runbook_import_organization_id_file_id", "runbook_import", ["organization_id", "file_id"]
    )
    op.create_index(
        "ix_runbook_import_organization_id_runbook_id", "runbook_import", ["organization_id", "runbook_id"]
    )


def runs() -> None:
    tools.table(
        "migration",
        tools.text("key"),
        tools.text("title"),
        tools.text("description"),
        tools.text("zone"),
        number("revision"),
        tools.time("deleted_at"),
    )
    op.create_index("uq_migration_organization_id_key", "migration", ["organization_id", "key"], unique=True)
    tools.table(
        "run",
        tools.text("key"),
        tools.uuid("migration_id", null=False),
        tools.uuid("version_id", null=False),
        tools.text("type"),
        tools.text("title"),
        flag("is_rehearsal"),
        tools.text("state"),
        tools.text("zone"),
        tools.text("communications"),
        tools.time("planned_start", null=False),
        tools.time("planned_end", null=False),
        tools.time("window_end"),
        tools.time("started_at"),
        tools.time("ended_at"),
        number("tick"),
        number("graph_revision"),
        tools.uuid("created_by_id"),
        number("revision"),
        tools.time("deleted_at"),
        person("run", "created_by_id"),
        tools.one_of("run", "communications", "OFF TEST ON"),
        tools.one_of("run", "state", "PLANNED RUNNING PAUSED COMPLETED ABORTED"),
        tools.reference("run", "migration_id", "migration"),
        tools.reference("run", "version_id", "runbook_version"),
    )
    op.create_index("ix_run_created_by_id", "run", ["created_by_id"])
    op.create_index("ix_run_organization_id_migration_id", "run", ["organization_id", "migration_id"])
    op.create_index("ix_run_organization_id_state", "run", ["organization_id", "state"])
    op.create_index("ix_run_organization_id_version_id", "run", ["organization_id", "version_id"])
    op.create_index("uq_run_organization_id_key", "run", ["organization_id", "key"], unique=True)
    tools.table(
        "run_sequence",
        tools.uuid("run_id", null=False),
        number("position"),
        tools.text("title"),
        tools.reference("run_sequence", "run_id", "run"),
    )
    op.create_index("ix_run_sequence_organization_id_run_id", "run_sequence", ["organization_id", "run_id"])
    tools.table(
        "run_phase",
        tools.uuid("sequence_id", null=False),
        number("position"),
        tools.text("title"),
        tools.reference("run_phase", "sequence_id", "run_sequence"),
    )
    op.create_index(
        "ix_run_phase_organization_id_sequence_id", "run_phase", ["organization_id", "sequence_id"]
    )
    tools.table(
        "run_step",
        tools.uuid("run_id", null=False),
        tools.uuid("phase_id", null=False),
        tools.uuid("template_step_id"),
        number("position"),
        tools.text("code"),
        tools.text("code_folded"),
        tools.text("title"),
        tools.text("step_type"),
        tools.uuid("team_id"),
        tools.uuid("assignee_id"),
        tools.uuid("deputy_id"),
        tools.text("owner_note"),
        tools.text("environment_role"),
        number("duration_minutes"),
        tools.time("planned_start", null=False),
        tools.time("planned_end", null=False),
        tools.time("fixed_start"),
        tools.time("deadline"),
        tools.time("started_at"),
        tools.time("finished_at"),
        tools.time("ready_at"),
        tools.text("state"),
        tools.text("reason"),
        flag("lets_successors_go"),
        flag("is_flagged"),
        tools.time("changed_at"),
        tools.uuid("changed_by_id"),
        tools.uuid("release_id"),
        tools.text("deploy_state"),
        tools.text("deploy_note"),
        tools.document("labels", default="[]"),
        tools.text("rollback"),
        number("revision"),
        member("run_step", "assignee_id"),
        member("run_step", "deputy_id"),
        person("run_step", "changed_by_id"),
        tools.one_of("run_step", "deploy_state", "NONE QUEUED DEPLOYED REFUSED REHEARSED"),
        tools.one_of(
            "run_step",
            "state",
            "PENDING READY IN_PROGRESS COMPLETED FAILED BLOCKED ON_HOLD SKIPPED CANCELLED",
        ),
        tools.reference("run_step", "run_id", "run"),
        tools.reference("run_step", "phase_id", "run_phase"),
        tools.reference("run_step", "release_id", "release"),
        tools.reference("run_step", "team_id", "team"),
        tools.reference("run_step", "template_step_id", "runbook_step"),
    )
    op.create_index("ix_run_step_changed_by_id", "run_step", ["changed_by_id"])
    op.create_index("ix_run_step_organization_id_assignee_id", "run_step", ["organization_id", "assignee_id"])
    op.create_index("ix_run_step_organization_id_deputy_id", "run_step", ["organization_id", "deputy_id"])
    op.create_index(
        "ix_run_step_organization_id_run_id_state",
        "run_step",
        ["organization_id", "run_id", "state"],
    )
    op.create_index("ix_run_step_organization_id_phase_id", "run_step", ["organization_id", "phase_id"])
    op.create_index("ix_run_step_organization_id_release_id", "run_step", ["organization_id", "release_id"])
    op.create_index("ix_run_step_organization_id_team_id", "run_step", ["organization_id", "team_id"])
    op.create_index(
        "ix_run_step_organization_id_template_step_id", "run_step", ["organization_id", "template_step_id"]
    )
    op.create_index(
        "uq_run_step_organization_id_run_id_code_folded",
        "run_step",
        ["organization_id", "run_id", "code_folded"],
        unique=True,
    )
    tools.table(
        "run_instruction",
        tools.uuid("step_id", null=False),
        number("position"),
        tools.text("text"),
        flag("is_mandatory"),
        tools.time("done_at"),
        tools.uuid("done_by_id"),
        person("run_instruction", "done_by_id"),
        tools.reference("run_instruction", "step_id", "run_step"),
    )
    op.create_index("ix_run_instruction_done_by_id", "run_instruction", ["done_by_id"])
    op.create_index(
        "ix_run_instruction_organization_id_step_id", "run_instruction", ["organization_id", "step_id"]
    )
    tools.table(
        "run_link",
        tools.uuid("run_id", null=False),
        tools.uuid("before_id", null=False),
        tools.uuid("after_id", null=False),
        tools.text("kind"),
        number("lag_minutes"),
        flag("is_hard"),
        flag("is_implied"),
        check("run_link", "not_itself", "before_id <> after_id"),
        tools.one_of("run_link", "kind", "FS SS FF SF"),
        tools.reference("run_link", "after_id", "run_step"),
        tools.reference("run_link", "before_id", "run_step"),
        tools.reference("run_link", "run_id", "run"),
    )
    op.create_index("ix_run_link_organization_id_after_id", "run_link", ["organization_id", "after_id"])
    op.create_index("ix_run_link_organization_id_run_id", "run_link", ["organization_id", "run_id"])
    op.create_index(
        "uq_run_link_organization_id_before_id_after_id_kind",
        "run_link",
        ["organization_id", "before_id", "after_id", "kind"],
        unique=True,
    )
