"""The chain goes up, down and up again, and ends at exactly the models."""

from collections.abc import Iterator

import psycopg
import pytest
from alembic import command

from cutwater import schema, wiring
from cutwater.kernel.db import Base
from cutwater.kernel.embedded import OWNER, EmbeddedServer


@pytest.fixture
def empty(cluster: EmbeddedServer) -> Iterator[str]:
    with psycopg.connect(cluster.conninfo(OWNER, "postgres"), autocommit=True) as connection:
        connection.execute("create database chain template template0")
        yield cluster.conninfo(OWNER, "chain")
        connection.execute("drop database chain with (force)")


def tables(conninfo: str) -> set[str]:
    with psycopg.connect(conninfo) as connection:
        rows = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
    return {name for (name,) in rows}


def test_the_chain_goes_up_down_and_up_again(empty: str) -> None:
    schema.migrate(empty)
    first = tables(empty)
    schema.migrate(empty, revision="base")
    assert tables(empty) <= {"alembic_version"}
    schema.migrate(empty)
    assert tables(empty) == first
    assert schema.revision_of(empty) == schema.head()


def test_the_migrated_schema_is_the_models(cluster: EmbeddedServer) -> None:
    command.check(schema.config(cluster.conninfo(OWNER), wiring.tables()))


# rows of the log are written once and never changed: `at` says when
WRITTEN_ONCE = {"event_log", "log_block"}


def test_every_table_has_its_times_and_an_index_for_every_foreign_key(cluster: EmbeddedServer) -> None:
    lacking = []
    for table in Base.metadata.tables.values():
        times = () if table.name in WRITTEN_ONCE else ("created_at", "updated_at")
        lacking += [f"{table.name}.{name}" for name in times if name not in table.columns]
        indexed = [[column.name for column in index.columns] for index in table.indexes]
        indexed += [
            [column.name for column in constraint.columns]
            for constraint in table.constraints
            if type(constraint).__name__ in ("UniqueConstraint", "PrimaryKeyConstraint")
        ]
        for key in table.foreign_key_constraints:
            columns = list(key.column_keys)
            if not any(found[: len(columns)] == columns for found in indexed):
                lacking.append(f"{table.name}: no index begins with {columns}")
    assert lacking == []


def test_every_organization_table_binds_its_owner_too(cluster: EmbeddedServer) -> None:
    scoped = [table.name for table in Base.metadata.tables.values() if "organization_id" in table.columns]
    with psycopg.connect(cluster.conninfo(OWNER)) as connection:
        bound = {
            name
            for (name,) in connection.execute(
                "select relname from pg_class where relrowsecurity and relforcerowsecurity"
            ).fetchall()
        }
    assert [name for name in scoped if name not in bound] == []
