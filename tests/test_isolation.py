"""Rows of one organization are invisible to another in the database itself: tried for every table, as the
app's own role, on a database where each table has a row of organization A."""

from typing import Any

import psycopg
import pytest
from psycopg import sql

from cutwater import wiring
from cutwater.kernel.embedded import OWNER, EmbeddedServer

A = "01a1f8ce-0000-7000-8000-00000000000a"
B = "01a1f8ce-0000-7000-8000-00000000000b"
ADA = "01a1f8ce-0000-7000-8000-00000000ada0"
BOB = "01a1f8ce-0000-7000-8000-00000000b0b0"
TABLES = wiring.tables().tables

SCOPED = sorted(t.name for t in TABLES.values() if "organization_id" in t.columns)
# the tables that belong to no organization, and the column that names the person they belong to (if any)
GLOBAL: dict[str, str] = {
    "organization": "",
    "user_account": "id",
    "user_password": "user_id",
    "sign_in_session": "user_id",
    "account_link": "user_id",
    "sign_in_failure": "",
}
# what belongs to a person as well as to an organization, and so is theirs wherever they are
OWN_ELSEWHERE = {"membership", "refresh_token", "api_key"}
# mail to people outside every organization, which no organization may see
PLATFORM = {"platform_delivery"}
# what the database keeps for itself, nobody's data
OTHERS = {"alembic_version", "log_epoch"}
SAMPLES = {
    "uuid": f"'{A}'::uuid",
    "text": "'x'",
    "character varying": "'x'",
    "integer": "1",
    "bigint": "1",
    "smallint": "1",
    "numeric": "1",
    "double precision": "1",
    "boolean": "true",
    "timestamp with time zone": "now()",
    "date": "current_date",
    "jsonb": "'{}'::jsonb",
    "bytea": "'x'::bytea",
    "xid8": "'1'::xid8",
    "ARRAY": "'{}'",
    "interval": "'1 hour'",
    "time without time zone": "'03:00'",
}


@pytest.fixture(scope="module")
def filled(cluster: EmbeddedServer) -> str:
    """A database with a row of organization A in every table; checks and keys are off, isolation is not."""
    with psycopg.connect(cluster.conninfo(OWNER, "postgres"), autocommit=True) as connection:
        connection.execute("create database isolated template cutwater strategy file_copy")
    with psycopg.connect(cluster.conninfo(OWNER, "isolated"), autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(
            "do $$ declare r record; begin for r in select conrelid::regclass as t, conname"
            " from pg_constraint where contype = 'c' and connamespace = 'public'::regnamespace and conislocal"
            " loop"
            " execute format('alter table %s drop constraint %I', r.t, r.conname); end loop; end $$"
        )
        for table in [*SCOPED, *GLOBAL, *PLATFORM]:
            fill(connection, table)
    return cluster.conninfo("cutwater_app", "isolated")


def fill(connection: psycopg.Connection[Any], table: str) -> None:
    """One row of organization A, and of Ada where the table is a person's."""
    columns = connection.execute(
        "select column_name, data_type from information_schema.columns where table_schema = 'public' and"
        " table_name = %s and is_generated = 'NEVER' and is_identity = 'NO'",
        (table,),
    ).fetchall()
    values = {name: SAMPLES[kind] for name, kind in columns}
    if GLOBAL.get(table):
        values[GLOBAL[table]] = f"'{ADA}'::uuid"
    elif table in OWN_ELSEWHERE:
        values["user_id"] = f"'{ADA}'::uuid"
    if table == "membership":
        values["ended_at"] = "null"
    names = ", ".join(f'"{name}"' for name in values)
    connection.execute(f"insert into {table} ({names}) values ({', '.join(values.values())})")


def run(conninfo: str, statement: str, *, organization: str = "", user: str = "") -> int:
    """A statement's count as the app in an organization; -1 when it is refused outright."""
    with psycopg.connect(conninfo) as connection:
        scope = "select set_config('app.organization', %s, true), set_config('app.user', %s, true)"
        connection.execute(scope, (organization, user))
        try:
            cursor = connection.execute(sql.SQL(statement))  # type: ignore[arg-type]
        except psycopg.errors.InsufficientPrivilege:
            return -1
        counted = cursor.fetchone() if cursor.description else None
        connection.rollback()
        return int(counted[0]) if counted else cursor.rowcount


def a_column(table: str) -> str:
    """A column to write to."""
    names = [column.name for column in TABLES[table].columns]
    return "updated_at" if "updated_at" in names else names[-1]


@pytest.mark.parametrize("table", SCOPED)
def test_a_row_is_read_in_its_organization_only(filled: str, table: str) -> None:
    count = f"select count(*) from {table}"
    own = run(filled, count, organization=A)
    assert own in (1, -1), "either the row is there, or the app may not read this table at all"
    assert run(filled, count) in (0, -1)
    assert run(filled, count, organization=B) in (0, -1)
    assert run(filled, count, organization=B, user=BOB) in (0, -1)


@pytest.mark.parametrize("table", SCOPED)
def test_a_row_is_changed_and_deleted_in_its_organization_only(filled: str, table: str) -> None:
    column = a_column(table)
    for statement in (f"update {table} set {column} = {column}", f"delete from {table}"):
        assert run(filled, statement) in (0, -1)
        assert run(filled, statement, organization=B, user=BOB) in (0, -1)


@pytest.mark.parametrize("table", SCOPED)
def test_no_row_is_written_into_another_organization(filled: str, table: str) -> None:
    with psycopg.connect(filled) as connection:
        columns = connection.execute(
            "select column_name, data_type from information_schema.columns where table_schema = 'public'"
            " and table_name = %s and is_generated = 'NEVER' and is_identity = 'NO'",
            (table,),
        ).fetchall()
    values = {name: SAMPLES[kind] for name, kind in columns} | {"organization_id": f"'{A}'::uuid"}
    names = ", ".join(f'"{name}"' for name in values)
    insert = f"insert into {table} ({names}) values ({', '.join(values.values())})"
    assert run(filled, insert) == -1
    assert run(filled, insert, organization=B, user=BOB) == -1


@pytest.mark.parametrize("table", sorted(GLOBAL))
def test_a_global_row_is_seen_by_its_person_only(filled: str, table: str) -> None:
    count = f"select count(*) from {table}"
    assert run(filled, count) in (0, -1)
    assert run(filled, count, organization=B, user=BOB) in (0, -1)
    assert run(filled, f"update {table} set updated_at = updated_at", organization=B, user=BOB) in (0, -1)
    assert run(filled, f"delete from {table}", organization=A, user=ADA) == -1
    if GLOBAL[table]:
        assert run(filled, count, user=ADA) == 1


def test_a_colleague_sees_the_person_but_neither_password_nor_sessions(filled: str) -> None:
    assert run(filled, "select count(*) from user_account", organization=A, user=BOB) == 1
    for table in ("user_password", "sign_in_session", "account_link"):
        assert run(filled, f"select count(*) from {table}", organization=A, user=BOB) == 0
    assert run(filled, "update user_account set name = name", organization=A, user=BOB) == 0


@pytest.mark.parametrize("table", sorted(OWN_ELSEWHERE))
def test_what_is_a_persons_own_follows_them_without_an_organization(filled: str, table: str) -> None:
    assert run(filled, f"select count(*) from {table}", user=ADA) == 1
    assert run(filled, f"select count(*) from {table}", user=BOB) == 0


def test_a_membership_is_its_persons_to_see_and_not_to_change(filled: str) -> None:
    assert run(filled, "update membership set role = 'OWNER'", user=ADA) == 0
    assert run(filled, "update membership set role = 'OWNER'", organization=B, user=ADA) == 0
    assert run(filled, "delete from membership", organization=B, user=ADA) == 0


@pytest.mark.parametrize("table", sorted(PLATFORM))
def test_what_is_the_platforms_is_no_organizations(filled: str, table: str) -> None:
    for organization in (A, B):
        assert run(filled, f"select count(*) from {table}", organization=organization) in (0, -1)
        assert run(filled, f"delete from {table}", organization=organization) in (0, -1)


def test_the_database_keeps_its_own_to_itself(filled: str) -> None:
    assert run(filled, "update log_epoch set number = 9", organization=A) == -1
    assert run(filled, "delete from log_epoch") == -1
    assert run(filled, "update alembic_version set version_num = 'x'", organization=A) == -1


def test_every_table_is_known_here_and_bound_by_row_level_security(filled: str) -> None:
    with psycopg.connect(filled) as connection:
        rows = connection.execute(
            "select c.relname, c.relrowsecurity and c.relforcerowsecurity from pg_class c where c.relkind in"
            " ('r', 'p') and c.relnamespace = 'public'::regnamespace and not c.relispartition"
            " and c.relname not like 'procrastinate%'"
        ).fetchall()
    known = set(SCOPED) | set(GLOBAL) | PLATFORM | OTHERS
    assert {name for name, _ in rows} - known == set(), "say of a new table whose rows it holds"
    assert {name for name, bound in rows if not bound} - OTHERS == set()


def test_the_app_reads_no_partition_directly(filled: str) -> None:
    with psycopg.connect(filled) as connection:
        rows = connection.execute(
            "select relname from pg_class where relispartition and relkind = 'r'"
        ).fetchall()
    assert rows
    for (name,) in rows:
        assert run(filled, f'select count(*) from "{name}"', organization=A) == -1


def test_every_reference_between_scoped_tables_carries_the_organization() -> None:
    loose = [
        f"{table.name}.{constraint.column_keys}"
        for table in TABLES.values()
        for constraint in table.foreign_key_constraints
        if table.name in SCOPED
        and constraint.referred_table.name in SCOPED
        and "organization_id" not in constraint.column_keys
    ]
    assert loose == [], "a plain foreign key bypasses row-level security"


def test_the_look_ups_are_for_the_app_alone(filled: str) -> None:
    with psycopg.connect(filled) as connection:
        rows = connection.execute(
            "select p.proname, p.proconfig::text, has_function_privilege('public', p.oid, 'execute'),"
            " has_function_privilege('cutwater_app', p.oid, 'execute'), r.rolname, p.prosecdef from pg_proc p"
            " join pg_roles r on r.oid = p.proowner where p.proname like 'identity%'"
        ).fetchall()
    assert len(rows) >= 12
    for name, config, public, app, owner, definer in rows:
        assert config == '{"search_path=pg_catalog, public, pg_temp"}', name
        assert (public, app, owner, definer) == (False, True, "cutwater_migrate", True), name
