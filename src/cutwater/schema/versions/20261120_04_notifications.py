"""Inboxes, mail on its way, long work."""

import sqlalchemy as sa
from alembic import op

from cutwater.schema import tools

revision = "20261120_04_notifications"
down_revision = "20261120_03_audit"
branch_labels = None
depends_on = None

NO_ORGANIZATION = "nullif(current_setting('app.organization', true), '') is null"


def upgrade() -> None:
    inbox()
    deliveries()
    work()


def inbox() -> None:
    tools.table(
        "inbox_item",
        tools.uuid("user_id", null=False),
        tools.text("kind"),
        tools.text("title"),
        tools.text("path"),
        sa.Column("event_id", sa.BigInteger()),
        tools.time("read_at"),
        person("inbox_item", "user_id"),
    )
    op.create_index("ix_inbox_item_newest", "inbox_item", ["user_id", "organization_id", "id"])
    unread = sa.text("read_at is null")
    op.create_index(
        "ix_inbox_item_unread", "inbox_item", ["user_id", "organization_id"], postgresql_where=unread
    )
    once = ["organization_id", "user_id", "event_id", "kind"]
    from_event = sa.text("event_id is not null")
    op.create_index("ix_inbox_item_once", "inbox_item", once, unique=True, postgresql_where=from_event)


def deliveries() -> None:
    tools.table(
        "delivery",
        *mail("delivery"),
        sa.UniqueConstraint("organization_id", "key", name="uq_delivery_organization_id_key"),
    )
    op.create_index("ix_delivery_state", "delivery", ["organization_id", "state", "id"])
    op.create_index("ix_delivery_recipient", "delivery", ["organization_id", "recipient"])
    tools.table(
        "platform_delivery",
        *mail("platform_delivery"),
        sa.UniqueConstraint("key", name="uq_platform_delivery_key"),
        organization=False,
    )
    op.create_index("ix_platform_delivery_state", "platform_delivery", ["state", "id"])
    op.create_index("ix_platform_delivery_recipient", "platform_delivery", ["recipient"])
    tools.secure("platform_delivery", using=NO_ORGANIZATION)


def work() -> None:
    tools.table(
        "work",
        tools.text("kind"),
        tools.text("title"),
        tools.text("path"),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        tools.text("state", default="RUNNING"),
        tools.document("result"),
        tools.text("error", default=""),
        tools.uuid("started_by"),
        tools.time("ended_at"),
        person("work", "started_by"),
        tools.one_of("work", "state", "RUNNING DONE FAILED"),
    )
    op.create_index("ix_work_started_by", "work", ["started_by", "organization_id", "id"])


def mail(table: str) -> list[sa.schema.SchemaItem]:
    """The columns that both kinds of delivery have."""
    return [
        tools.text("kind"),
        tools.text("key"),
        tools.text("recipient"),
        tools.text("subject"),
        tools.text("text", default=""),
        tools.text("html", default=""),
        tools.text("link_kind", null=True),
        tools.uuid("link_id"),
        tools.text("message_id", default=""),
        tools.text("state", default="QUEUED"),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        tools.text("last_error", default=""),
        tools.time("next_at"),
        tools.time("sent_at"),
        tools.one_of(table, "state", "QUEUED SENT FAILED KEPT"),
        tools.one_of(table, "link_kind", "invitation reset confirm"),
    ]


def person(table: str, column: str) -> sa.ForeignKeyConstraint:
    """A reference to anybody, a superadmin who is no member included."""
    return sa.ForeignKeyConstraint([column], ["user_account.id"], name=f"fk_{table}_{column}")


def downgrade() -> None:
    for name in ("work", "platform_delivery", "delivery", "inbox_item"):
        op.drop_table(name)
