"""The schema's history, and the roles it is divided between."""

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import MetaData

OLDEST_POSTGRES = 15
ROLES = ("cutwater_migrate", "cutwater_app", "cutwater_worker", "cutwater_search")


def migrate(conninfo: str, *, app_user: str = "", revision: str = "head") -> None:
    """Make the roles and bring the schema to a revision, one process at a time.

    `conninfo` is the owner's; `app_user`, when it differs, is the login of DATABASE_URL and is allowed
    to become the app's and the worker's role.
    """
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(hashtext('cutwater.migrate'))")
        make_roles(connection, app_user)
        if revision == "head" or revision.startswith("+"):
            command.upgrade(config(conninfo), revision)
        else:
            command.downgrade(config(conninfo), revision)


def head() -> str:
    """The newest revision; their names sort by date."""
    return max(path.stem for path in (Path(__file__).parent / "versions").glob("2*.py"))


def revision_of(conninfo: str) -> str:
    """The revision a database is at; empty when it has none."""
    with psycopg.connect(conninfo) as connection:
        if connection.execute("select to_regclass('alembic_version')").fetchone() == (None,):
            return ""
        row = connection.execute("select version_num from alembic_version").fetchone()
    return str(row[0]) if row else ""


def refuse_unfit(conninfo: str) -> None:
    """Refuse a given database that is too old or not migrated yet. One that is ahead is fine: during an update
    the version before runs on the new schema."""
    with psycopg.connect(conninfo) as connection:
        version = connection.info.server_version // 10_000
    if version < OLDEST_POSTGRES:
        raise RuntimeError(f"this is PostgreSQL {version}; Cutwater needs {OLDEST_POSTGRES} or newer")
    found = revision_of(conninfo)
    if found < head():
        state = f"is at {found}, and this version needs {head()}" if found else "is empty"
        raise RuntimeError(f"the database {state}; run: cutwater migrate")


def user_of(conninfo: str) -> str:
    """The login of a libpq address."""
    return str(conninfo_to_dict(conninfo).get("user", ""))


def migrate_if_behind(conninfo: str) -> None:
    """Migrate unless the database is at the newest revision already; cheap when it is."""
    if revision_of(conninfo) != head():
        migrate(conninfo)


def config(conninfo: str, tables: MetaData | None = None) -> Config:
    """Alembic's configuration, without a file; `tables` are the models to compare with."""
    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parent))
    found.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(slug)s")
    found.attributes.update(conninfo=conninfo, tables=tables)
    return found


def make_roles(connection: psycopg.Connection[tuple[object, ...]], app_user: str = "") -> None:
    """Create the roles that are missing, and let the logins become them."""
    for role in ROLES:
        known = connection.execute("select 1 from pg_roles where rolname = %s", (role,)).fetchone()
        if known is None:
            may_log_in = sql.SQL("nologin" if role == "cutwater_search" else "login")
            connection.execute(sql.SQL("create role {} {}").format(sql.Identifier(role), may_log_in))
    row = connection.execute(
        "select current_user, rolsuper from pg_roles where rolname = current_user"
    ).fetchone()
    me, superuser = (str(row[0]), bool(row[1])) if row else ("", False)
    _allow(connection, "cutwater_search", "cutwater_migrate")
    for login in {me, app_user} - {""}:
        for role in ("cutwater_app", "cutwater_worker"):
            _allow(connection, role, login)
    if me != "cutwater_migrate":
        _allow(connection, "cutwater_migrate", me)
        database = sql.Identifier(str(connection.info.dbname))
        connection.execute(
            sql.SQL("grant create, connect, temporary on database {} to cutwater_migrate").format(database)
        )
        connection.execute("grant usage, create on schema public to cutwater_migrate")
    if superuser:
        connection.execute("revoke create on schema public from public")


def _allow(connection: psycopg.Connection[tuple[object, ...]], role: str, login: str) -> None:
    """Let a login become a role. Who creates a role is a member of it from 16 on, but may not become it yet."""
    right = "SET" if connection.info.server_version >= 160_000 else "MEMBER"
    may = connection.execute("select pg_has_role(%s::name, %s::name, %s)", (login, role, right)).fetchone()
    if role != login and not (may and may[0]):
        connection.execute(sql.SQL("grant {} to {}").format(sql.Identifier(role), sql.Identifier(login)))
