"""Sites, issues with their history and links, sprints, field mappings, imports."""

import sqlalchemy as sa
from alembic import op

from cutwater.schema import tools

revision = "20261120_05_sprints"
down_revision = "20261120_04_notifications"
branch_labels = None
depends_on = None

CATEGORIES = "TODO IN_PROGRESS DONE UNKNOWN"
TABLES = [
    "import_file",
    "import_run",
    "sprint_membership",
    "issue_link",
    "issue_change",
    "issue",
    "sprint",
    "field_mapping",
    "site_field",
    "issue_status",
    "board",
    "project",
    "site",
]


def number(name: str, default: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default=sa.text(f"'{default}'"), nullable=False)


def claim(name: str, default: str | None = "false") -> sa.Column[bool]:
    server = sa.text(default) if default else None
    return sa.Column(name, sa.Boolean(), server_default=server, nullable=False)


def unique(table: str, *columns: str, name: str = "") -> sa.UniqueConstraint:
    every = ("organization_id", *columns)
    return sa.UniqueConstraint(*every, name=name or f"uq_{table}_{'_'.join(every)}")


def index(name: str, table: str, *columns: str, unique: bool = False, where: str | None = None) -> None:
    condition = sa.text(where) if where else None
    op.create_index(name, table, ["organization_id", *columns], unique=unique, postgresql_where=condition)


def upgrade() -> None:
    sites()
    sprints()
    issues()
    history()
    imports()


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)


def sites() -> None:
    tools.table(
        "site",
        tools.text("name"),
        tools.text("kind"),
        tools.text("url", default=""),
        number("revision", "1"),
        tools.time("deleted_at"),
        tools.one_of("site", "kind", "NATIVE FILES JIRA_CLOUD JIRA_SERVER"),
    )
    index("ix_site_name", "site", "name", unique=True, where="deleted_at is null")
    lists()
    mappings()


def lists() -> None:
    """What a site has of its own: projects, boards, statuses, fields."""
    of_site(
        "project",
        tools.text("external_id", null=True),
        tools.text("key"),
        tools.text("name"),
        unique("project", "site_id", "key"),
    )
    of_site(
        "board",
        tools.text("external_id"),
        tools.text("name", default=""),
        tools.text("kind", default=""),
        unique("board", "site_id", "external_id"),
    )
    of_site(
        "issue_status",
        tools.text("external_id", default=""),
        tools.text("name"),
        tools.text("category"),
        tools.one_of("issue_status", "category", CATEGORIES),
        unique("issue_status", "site_id", "external_id", "name"),
    )
    of_site(
        "site_field",
        tools.text("field_id"),
        tools.text("name"),
        tools.text("custom", default=""),
        tools.text("type_name", default=""),
        unique("site_field", "site_id", "field_id"),
    )


def of_site(name: str, *columns: sa.schema.SchemaItem) -> None:
    tools.table(name, tools.uuid("site_id", null=False), tools.reference(name, "site_id", "site"), *columns)


def mappings() -> None:
    of_site(
        "field_mapping",
        tools.uuid("project_id"),
        tools.reference("field_mapping", "project_id", "project"),
        *(tools.text(name, default="") for name in ("discipline", "points", "owner", "sprint", "flagged")),
        tools.document("priority_scale"),
        tools.uuid("confirmed_by"),
        tools.time("confirmed_at"),
        number("revision", "1"),
    )
    index("ix_field_mapping_site_id", "field_mapping", "site_id", unique=True, where="project_id is null")
    index("ix_field_mapping_project_id", "field_mapping", "project_id", unique=True)
    index("ix_field_mapping_site", "field_mapping", "site_id")


def sprints() -> None:
    of_site(
        "sprint",
        tools.text("key"),
        tools.uuid("board_id"),
        tools.reference("sprint", "board_id", "board"),
        tools.text("external_id", null=True),
        tools.text("name"),
        tools.text("goal", default=""),
        tools.text("state"),
        sa.Column("starts_on", sa.Date()),
        sa.Column("ends_on", sa.Date()),
        tools.time("started_at"),
        tools.time("completed_at"),
        tools.time("synced_at"),
        number("revision", "1"),
        tools.time("deleted_at"),
        tools.one_of("sprint", "state", "PLANNING ACTIVE COMPLETED CANCELLED"),
        unique("sprint", "key"),
        unique("sprint", "site_id", "external_id"),
    )
    index("ix_sprint_board_id", "sprint", "board_id")
    index("ix_sprint_starts_on", "sprint", "starts_on")


def issues() -> None:
    people = ["reporter_name", "reporter_account", "owner_name", "owner_account"]
    people += ["assignee_name", "assignee_account"]
    times = ("source_created_at", "source_updated_at", "resolved_at", "done_at")
    of_site(
        "issue",
        tools.uuid("project_id"),
        tools.reference("issue", "project_id", "project"),
        tools.text("external_id", null=True),
        tools.text("key"),
        tools.text("title"),
        tools.text("description", default=""),
        tools.text("type_name", default=""),
        claim("is_subtask"),
        tools.text("status", default=""),
        tools.text("status_category"),
        tools.text("priority", null=True),
        sa.Column("points", sa.Numeric()),
        tools.text("discipline_team", null=True),
        *(tools.text(name, null=True) for name in people),
        claim("is_flagged"),
        tools.text("parent_key", null=True),
        tools.document("labels", default="[]"),
        *(tools.time(name) for name in times),
        tools.text("done_source", null=True),
        number("remote_links", "0"),
        tools.document("fields"),
        tools.time("synced_at"),
        number("revision", "1"),
        tools.time("deleted_at"),
        tools.one_of("issue", "status_category", CATEGORIES),
        unique("issue", "site_id", "key"),
        unique("issue", "site_id", "external_id"),
    )
    index("ix_issue_project_id", "issue", "project_id")
    index("ix_issue_key", "issue", "key")
    index("ix_issue_changed", "issue", "source_updated_at", "id")
    index("ix_issue_parent_key", "issue", "site_id", "parent_key")


def history() -> None:
    changes()
    tools.table(
        "issue_link",
        tools.uuid("issue_id", null=False),
        tools.reference("issue_link", "issue_id", "issue"),
        tools.text("type_name"),
        tools.text("label"),
        claim("is_inward", None),
        claim("is_blocker", None),
        tools.text("other_key"),
        tools.uuid("other_issue_id"),
        tools.reference("issue_link", "other_issue_id", "issue"),
        tools.text("other_title", default=""),
        tools.text("other_category"),
        tools.one_of("issue_link", "other_category", CATEGORIES),
        unique("issue_link", "issue_id", "type_name", "is_inward", "other_key", name="uq_issue_link_seen"),
    )
    index("ix_issue_link_other_issue_id", "issue_link", "other_issue_id")
    tools.table(
        "sprint_membership",
        tools.uuid("sprint_id", null=False),
        tools.reference("sprint_membership", "sprint_id", "sprint"),
        tools.uuid("issue_id", null=False),
        tools.reference("sprint_membership", "issue_id", "issue"),
        tools.text("origin"),
        tools.time("joined_at"),
        tools.time("left_at"),
        tools.one_of("sprint_membership", "origin", "FIELD CHOSEN"),
    )
    index("ix_sprint_membership_sprint_id", "sprint_membership", "sprint_id", "issue_id")
    index("ix_sprint_membership_issue_id", "sprint_membership", "issue_id")
    now = "left_at is null"
    index("ix_sprint_membership_now", "sprint_membership", "sprint_id", "issue_id", unique=True, where=now)


def changes() -> None:
    """The changelog: its primary key leads with the time, so that it can be partitioned by it as it is."""
    moment = sa.DateTime(timezone=True)
    ours = sa.text("current_setting('app.organization')::uuid")
    values = ("was", "was_id", "became", "became_id")
    op.create_table(
        "issue_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", moment, server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", moment, server_default=sa.func.now(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), server_default=ours, nullable=False),
        sa.Column("at", moment, nullable=False),
        tools.uuid("issue_id", null=False),
        tools.text("external_id", default=""),
        number("position", "0"),
        tools.text("author_name", null=True),
        tools.text("author_account", null=True),
        tools.uuid("author_id"),
        tools.text("field"),
        tools.text("field_id", default=""),
        *(tools.text(name, null=True) for name in values),
        sa.PrimaryKeyConstraint("at", "id", name="pk_issue_change"),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_issue_change_organization_id"
        ),
        tools.reference("issue_change", "issue_id", "issue"),
        unique("issue_change", "issue_id", "at", "external_id", "position", name="uq_issue_change_entry"),
    )
    tools.secure("issue_change")


def imports() -> None:
    of_site(
        "import_run",
        tools.text("key"),
        tools.uuid("sprint_id"),
        tools.reference("import_run", "sprint_id", "sprint"),
        tools.text("state"),
        tools.uuid("started_by"),
        tools.text("new_sprint", default=""),
        tools.document("contents", default="[]"),
        tools.document("choices"),
        tools.document("mapping"),
        tools.document("coverage", default="[]"),
        tools.document("oddities", default="[]"),
        tools.document("counts"),
        tools.text("failure", default=""),
        tools.uuid("work_id"),
        tools.time("read_at"),
        tools.time("applied_at"),
        number("revision", "1"),
        tools.one_of("import_run", "state", "READING REVIEW APPLYING APPLIED FAILED DISCARDED"),
        unique("import_run", "key"),
    )
    index("ix_import_run_site_id", "import_run", "site_id")
    index("ix_import_run_sprint_id", "import_run", "sprint_id")
    tools.table(
        "import_file",
        tools.uuid("import_run_id", null=False),
        tools.reference("import_file", "import_run_id", "import_run"),
        tools.uuid("file_id", null=False),
        tools.reference("import_file", "file_id", "stored_file"),
        sa.Column("position", sa.Integer(), nullable=False),
        unique("import_file", "import_run_id", "position"),
    )
    index("ix_import_file_file_id", "import_file", "file_id")
