"""The queue, the key counters, search, files and idempotency keys."""

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy import text as sql

from cutwater.schema import tools

revision = "20261120_01_kernel"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    queue()
    op.execute("grant usage on schema public to cutwater_app, cutwater_worker, cutwater_search")
    op.execute("grant select on alembic_version to cutwater_app")
    key_counter()
    search()
    tools.table(
        "stored_file",
        tools.text("name"),
        tools.text("media_type"),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        owner=False,
    )
    tools.table(
        "idempotency_key",
        tools.uuid("actor_id", null=False),
        tools.text("key"),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer()),
        tools.document("headers"),
        sa.Column("body", sa.LargeBinary()),
        owner=False,
    )
    columns = ["organization_id", "actor_id", "key"]
    op.create_index("ix_idempotency_key_key", "idempotency_key", columns, unique=True)
    op.create_index("ix_idempotency_key_created_at", "idempotency_key", ["created_at"])


def queue() -> None:
    """Procrastinate's own schema; its text has percent signs, which op.execute(text()) leaves alone."""
    op.execute(sql(SchemaManager.get_schema().replace(":", r"\:")))
    op.execute("grant select, insert on procrastinate_jobs to cutwater_app")
    op.execute("grant insert on procrastinate_events to cutwater_app")
    op.execute("grant usage on all sequences in schema public to cutwater_app, cutwater_worker")
    tables = "procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers"
    op.execute(f"grant select, insert, update, delete on {tables} to cutwater_worker")


def key_counter() -> None:
    op.create_table(
        "key_counter",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        tools.text("prefix"),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "prefix", name="pk_key_counter"),
    )
    tools.secure("key_counter", grants="select, insert, update")


def search() -> None:
    tools.table(
        "search_entry",
        tools.text("kind"),
        tools.uuid("subject_id", null=False),
        tools.text("key"),
        tools.text("title"),
        tools.text("path"),
        owner=False,
    )
    subject = ["organization_id", "subject_id"]
    op.create_index("ix_search_entry_subject", "search_entry", subject, unique=True)
    tools.table(
        "search_word", tools.uuid("subject_id", null=False), tools.text("word", collation="C"), owner=False
    )
    op.create_index("ix_search_word_word", "search_word", ["organization_id", "word"])
    op.create_index("ix_search_word_subject", "search_word", subject)


def downgrade() -> None:
    for name in ("search_word", "search_entry", "idempotency_key", "stored_file", "key_counter"):
        op.drop_table(name)
    names = "select format('%s(%s)', p.oid::regproc, pg_get_function_identity_arguments(p.oid)) as name"
    drop_queue = f"""
        do $$ declare r record; begin
            drop table if exists procrastinate_events, procrastinate_periodic_defers,
                procrastinate_jobs, procrastinate_workers cascade;
            for r in {names} from pg_proc p where p.proname like 'procrastinate%' loop
                execute 'drop function if exists ' || r.name || ' cascade';
            end loop;
            drop type if exists procrastinate_job_to_defer_v1, procrastinate_job_event_type,
                procrastinate_job_status cascade;
        end $$"""
    op.execute(sql(drop_queue.replace(":", r"\:")))
