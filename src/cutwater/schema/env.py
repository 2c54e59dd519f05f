"""Runs the chain as the owning role, with timeouts, in one transaction per revision."""

import psycopg
from alembic import context
from sqlalchemy import create_engine, text


def ours(name: str | None, kind: str, parents: object) -> bool:
    """Whether autogenerate should look at a table: the queue's and the log's partitions are not models."""
    if kind != "table" or name is None:
        return True
    return not name.startswith(("procrastinate_", "event_log_"))


def run() -> None:
    conninfo = context.config.attributes["conninfo"]
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(conninfo))
    with engine.connect() as connection:
        connection.execute(text("set role cutwater_migrate"))
        connection.execute(text("set lock_timeout = '5s'"))
        connection.execute(text("set statement_timeout = '15min'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=context.config.attributes.get("tables"),
            include_name=ours,
            compare_type=True,
            compare_server_default=False,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
