"""A PostgreSQL that is given: by one address, by two, and as a superuser, which is refused."""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from cutwater.kernel.embedded import OWNER, EmbeddedServer
from tests.conftest import FAST
from tests.faults.people import Person
from tests.serving import Cutwater, ended_afterwards

OWNED = """
select 'relation ' || relname from pg_class where relowner = %(role)s::regrole
union all select 'function ' || proname from pg_proc where proowner = %(role)s::regrole
union all select 'schema ' || nspname from pg_namespace where nspowner = %(role)s::regrole
union all select 'database ' || datname from pg_database where datdba = %(role)s::regrole
"""


@pytest.fixture(scope="module")
def given() -> Iterator[EmbeddedServer]:
    """A PostgreSQL as a database team hands it over: databases, their owner, and a login for the app."""
    folder = Path(tempfile.mkdtemp(prefix="cutwater-pg-"))
    server = EmbeddedServer(folder, settings=FAST)
    server.start()
    with psycopg.connect(server.conninfo(OWNER, "postgres"), autocommit=True) as connection:
        connection.execute("create role bank_owner login createrole")
        connection.execute("create role bank_web login")
        connection.execute("create database one_address owner bank_owner")
        connection.execute("create database two_addresses owner bank_owner")
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


def addresses(given: EmbeddedServer, database: str) -> dict[str, str]:
    """What the operator sets."""
    if database == "one_address":
        return {"DATABASE_URL": given.conninfo("bank_owner", database)}
    return {
        "DATABASE_URL": given.conninfo("bank_web", database),
        "DATABASE_OWNER_URL": given.conninfo("bank_owner", database),
    }


def use(app: Cutwater) -> None:
    """Two organizations; one has a run with a finished step, done by the app and its worker."""
    ada, eve = Person(app.url, "Ada").founds("Harbour Bank"), Person(app.url, "Eve").founds("Other Bank")
    run = ada.starts_a_run("Code,Title,Duration\nA-1,Freeze,5\n")
    for move in ("start", "finish"):
        ada.post(f"/runs/{run}/steps/A-1/moves", {"move": move})
    assert eve.api.get(f"/runs/{run}").status_code == 404
    assert eve.get("/runs") == []
    ada.leaves()
    eve.leaves()


@pytest.mark.parametrize("database", ["one_address", "two_addresses"])
def test_a_given_database_serves_with_the_app_bound_to_one_organization(
    given: EmbeddedServer, tmp_path: Path, database: str
) -> None:
    app = Cutwater(tmp_path / "data", **addresses(given, database))
    with ended_afterwards(app):
        migrated = app.run("migrate")
        assert (migrated.returncode, migrated.stderr.strip()) == (0, "The schema is at head.")
        app.start()
        use(app)
        verified = app.run("audit", "verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr
        assert app.end(signal.SIGTERM) < 6
    assert app.said.strip() == ""
    assert not (tmp_path / "data" / "postgres").exists()
    with psycopg.connect(given.conninfo(OWNER, database), autocommit=True) as connection:
        for role in ("cutwater_app", "cutwater_worker", "bank_web"):
            assert connection.execute(OWNED, {"role": role}).fetchall() == []
        found = connection.execute("select id, slug from organization order by slug").fetchall()
    assert [slug for _, slug in found] == ["harbour-bank", "other-bank"]
    for login in (OWNER, "bank_web" if database == "two_addresses" else "bank_owner"):
        assert_bound(given.conninfo(login, database), found)


def assert_bound(conninfo: str, organizations: list[tuple[object, ...]]) -> None:
    """A session that became the app's role, even a superuser's, sees one organization or nothing."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("set role cutwater_app")
        harbour, other = (rows_in(connection, str(id)) for id, _ in organizations)
        assert rows_in(connection, "") == [0, 0, 0]
    assert harbour[:2] == [1, 1]
    assert other[:2] == [0, 0]
    assert harbour[2] > other[2] > 0


def test_a_superuser_is_refused_in_one_line(given: EmbeddedServer, tmp_path: Path) -> None:
    app = Cutwater(tmp_path / "data", DATABASE_URL=given.conninfo(OWNER, "postgres"))
    refused = app.run("serve")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert len(refused.stderr.strip().splitlines()) == 1, refused.stderr
    assert f"the database role {OWNER} is a superuser" in refused.stderr
    assert "give DATABASE_URL an ordinary login" in refused.stderr


def rows_in(connection: psycopg.Connection[tuple[int, ...]], organization: str) -> list[int]:
    """How many runs, steps and events this connection sees inside an organization."""
    connection.execute("select set_config('app.organization', %s, false)", [organization])
    counted: list[int] = []
    for table in ("run", "run_step", "event_log"):
        statement = sql.SQL("select count(*) from {}").format(sql.Identifier(table))
        counted += [row[0] for row in connection.execute(statement)]
    return counted


def test_a_login_that_may_not_make_roles_is_told_so_in_one_line(
    given: EmbeddedServer, tmp_path: Path
) -> None:
    app = Cutwater(tmp_path / "data", DATABASE_URL=given.conninfo("bank_web", "postgres"))
    refused = app.run("migrate")
    assert refused.returncode == 1
    assert refused.stderr.startswith("cutwater: permission denied to ")
    assert "Traceback" not in refused.stderr
