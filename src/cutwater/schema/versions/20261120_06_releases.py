"""Services, environments, releases with their items, dependencies, approvals, deployments and comments."""

import sqlalchemy as sa
from alembic import op

from cutwater.schema import tools

revision = "20261120_06_releases"
down_revision = "20261120_05_sprints"
branch_labels = None
depends_on = None

STATUSES = (
    "PLANNING IN_DEVELOPMENT IN_REVIEW READY_STAGING IN_STAGING STAGING_VERIFIED READY_PRODUCTION "
    "DEPLOYED CANCELLED ROLLED_BACK"
)
REQUIREMENTS = (
    "HAS_ITEMS ITEMS_DONE NOT_BLOCKED_BY_HAND STAGING_VERIFIED APPROVALS NO_OPEN_BLOCKS PARTNERS_READY "
    "ITS_TURN NO_FREEZE"
)
TABLES = (
    "release_comment",
    "deployment",
    "requirement_switch",
    "freeze_window",
    "release_approval",
    "release_dependency",
    "release_item",
    "release",
    "environment",
    "service",
)


def number(name: str, default: int | None = None, *, null: bool = False) -> sa.Column[int]:
    """An integer column."""
    server = sa.text(str(default)) if default is not None else None
    return sa.Column(name, sa.Integer(), nullable=null, server_default=server)


def flag(name: str) -> sa.Column[bool]:
    """A boolean that is false unless said otherwise."""
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.text("false"))


def changing() -> tuple[sa.Column[int], sa.Column[object]]:
    """What every mutable item has."""
    return number("revision", 1), tools.time("deleted_at")


def check(own_table: str, name: str, condition: str) -> sa.CheckConstraint:
    """A check, named as the models name it."""
    return sa.CheckConstraint(condition, name=op.f(f"ck_{own_table}_{name}"))


def member(own_table: str, column: str) -> sa.ForeignKeyConstraint:
    """Points at a member of the organization, present or past."""
    return sa.ForeignKeyConstraint(
        ["organization_id", column],
        ["membership.organization_id", "membership.user_id"],
        name=f"fk_{own_table}_organization_id_{column}",
    )


def person(own_table: str, column: str) -> sa.ForeignKeyConstraint:
    """Points at whoever did something."""
    return sa.ForeignKeyConstraint([column], ["user_account.id"], name=f"fk_{own_table}_{column}")


def index(own_table: str, *columns: str) -> None:
    """The index behind a foreign key or a filter, inside the organization."""
    op.create_index(
        f"ix_{own_table}_organization_id_{'_'.join(columns)}", own_table, ["organization_id", *columns]
    )


def once(own_table: str, name: str, *columns: str, where: str = "deleted_at is null") -> None:
    """Unique among the rows that are not deleted."""
    op.create_index(
        f"uq_{own_table}_{name}",
        own_table,
        ["organization_id", *columns],
        unique=True,
        postgresql_where=sa.text(where) if where else None,
    )


def upgrade() -> None:
    catalogue()
    releases()
    items()
    dependencies()
    approvals()
    rules()
    deployments()
    comments()


def catalogue() -> None:
    tools.table(
        "service",
        tools.text("slug"),
        tools.text("name"),
        tools.text("description", default=""),
        tools.text("repository", default=""),
        tools.text("jira_project", default=""),
        tools.text("colour", default="blue"),
        tools.time("archived_at"),
        *changing(),
        tools.one_of("service", "colour", "blue green amber red violet teal grey"),
    )
    once("service", "slug", "slug")
    tools.table(
        "environment",
        tools.text("slug"),
        tools.text("name"),
        tools.text("kind"),
        number("position", 0),
        *changing(),
        tools.one_of("environment", "kind", "DEVELOPMENT STAGING PRODUCTION"),
    )
    once("environment", "slug", "slug")


def releases() -> None:
    tools.table(
        "release",
        tools.text("key"),
        tools.uuid("service_id", null=False),
        tools.text("title"),
        tools.text("description", default=""),
        tools.text("version", default=""),
        tools.text("status", default="PLANNING"),
        tools.text("priority", default="MEDIUM"),
        flag("hotfix"),
        tools.uuid("owner_id"),
        tools.uuid("sprint_id"),
        sa.Column("target_date", sa.Date(), nullable=True),
        tools.text("blocked_reason", null=True),
        tools.time("blocked_at"),
        tools.uuid("blocked_by_id"),
        tools.time("moved_at", null=False),
        tools.time("staging_at"),
        tools.time("production_at"),
        *changing(),
        tools.reference("release", "service_id", "service"),
        tools.reference("release", "sprint_id", "sprint"),
        member("release", "owner_id"),
        person("release", "blocked_by_id"),
        tools.one_of("release", "status", STATUSES),
        tools.one_of("release", "priority", "LOW MEDIUM HIGH CRITICAL"),
        check("release", "blocked_since", "(blocked_reason is null) = (blocked_at is null)"),
    )
    op.create_index("uq_release_key", "release", ["organization_id", "key"], unique=True)
    op.create_index("ix_release_status", "release", ["organization_id", "status"])
    index("release", "service_id")
    index("release", "sprint_id")
    index("release", "owner_id")
    op.create_index("ix_release_blocked_by_id", "release", ["blocked_by_id"])


def items() -> None:
    tools.table(
        "release_item",
        tools.uuid("release_id", null=False),
        tools.text("kind"),
        tools.uuid("issue_id"),
        tools.text("reference"),
        tools.text("repository", default=""),
        number("number", null=True),
        tools.text("url", default=""),
        tools.text("title", default=""),
        tools.text("status", default=""),
        flag("is_done"),
        tools.text("assignee", default=""),
        tools.time("synced_at"),
        tools.text("sync_error", default=""),
        *changing(),
        tools.reference("release_item", "release_id", "release"),
        tools.reference("release_item", "issue_id", "issue"),
        tools.one_of("release_item", "kind", "JIRA_TICKET GITHUB_PR GITLAB_MR"),
        check(
            "release_item",
            "pull_request_named",
            "kind = 'JIRA_TICKET' or (repository <> '' and number > 0)",
        ),
    )
    once("release_item", "reference", "release_id", "kind", "reference")
    once(
        "release_item",
        "number",
        "release_id",
        "kind",
        "repository",
        "number",
        where="deleted_at is null and number is not null",
    )
    index("release_item", "release_id")
    index("release_item", "issue_id")


def dependencies() -> None:
    tools.table(
        "release_dependency",
        tools.uuid("blocker_id", null=False),
        tools.uuid("dependent_id", null=False),
        tools.text("kind"),
        *changing(),
        tools.reference("release_dependency", "blocker_id", "release"),
        tools.reference("release_dependency", "dependent_id", "release"),
        tools.one_of("release_dependency", "kind", "BLOCKS SOFT_DEPENDENCY REQUIRES_SYNC"),
        check("release_dependency", "not_itself", "blocker_id <> dependent_id"),
    )
    once("release_dependency", "pair", "blocker_id", "dependent_id")
    index("release_dependency", "blocker_id")
    index("release_dependency", "dependent_id")


def approvals() -> None:
    tools.table(
        "release_approval",
        tools.uuid("release_id", null=False),
        tools.uuid("approver_id", null=False),
        tools.uuid("named_by_id"),
        tools.text("verdict", default="PENDING"),
        tools.text("note", default=""),
        tools.time("decided_at"),
        *changing(),
        tools.reference("release_approval", "release_id", "release"),
        member("release_approval", "approver_id"),
        person("release_approval", "named_by_id"),
        tools.one_of("release_approval", "verdict", "PENDING APPROVED REFUSED"),
    )
    once("release_approval", "approver", "release_id", "approver_id")
    index("release_approval", "release_id")
    index("release_approval", "approver_id")
    op.create_index("ix_release_approval_named_by_id", "release_approval", ["named_by_id"])


def rules() -> None:
    tools.table(
        "freeze_window",
        tools.uuid("environment_id", null=False),
        tools.text("title"),
        tools.text("reason", default=""),
        tools.time("starts_at", null=False),
        tools.time("ends_at", null=False),
        *changing(),
        tools.reference("freeze_window", "environment_id", "environment"),
        check("freeze_window", "ends_after_it_starts", "ends_at > starts_at"),
    )
    index("freeze_window", "environment_id")
    op.create_index("ix_freeze_window_ends_at", "freeze_window", ["organization_id", "ends_at"])
    tools.table(
        "requirement_switch",
        tools.text("target"),
        tools.text("requirement"),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        tools.one_of("requirement_switch", "target", STATUSES),
        tools.one_of("requirement_switch", "requirement", REQUIREMENTS),
    )
    once("requirement_switch", "target", "target", "requirement", where="")


def deployments() -> None:
    tools.table(
        "deployment",
        tools.uuid("release_id", null=False),
        tools.uuid("environment_id", null=False),
        tools.text("version", default=""),
        tools.text("outcome", default="SUCCEEDED"),
        tools.time("deployed_at", null=False),
        tools.uuid("deployed_by_id"),
        tools.text("step_key", default=""),
        tools.reference("deployment", "release_id", "release"),
        tools.reference("deployment", "environment_id", "environment"),
        person("deployment", "deployed_by_id"),
        tools.one_of("deployment", "outcome", "SUCCEEDED FAILED ROLLED_BACK"),
    )
    index("deployment", "release_id")
    index("deployment", "environment_id")
    op.create_index("ix_deployment_deployed_at", "deployment", ["organization_id", "deployed_at"])
    op.create_index("ix_deployment_deployed_by_id", "deployment", ["deployed_by_id"])


def comments() -> None:
    tools.table(
        "release_comment",
        tools.uuid("release_id", null=False),
        tools.uuid("author_id"),
        tools.text("body"),
        tools.time("edited_at"),
        *changing(),
        tools.reference("release_comment", "release_id", "release"),
        person("release_comment", "author_id"),
    )
    index("release_comment", "release_id")
    op.create_index("ix_release_comment_author_id", "release_comment", ["author_id"])


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
