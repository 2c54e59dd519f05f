"""The operator's commands, on a given PostgreSQL with ordinary log-ins."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner, Result

from cutwater import __version__
from cutwater.cli import app, of_the_demo
from cutwater.kernel.embedded import OWNER, EmbeddedServer
from cutwater.kernel.settings import settings
from cutwater.schema import migrate

SECRET = "the command line signs with this secret and it is long enough"


@pytest.fixture(scope="module")
def address(cluster: EmbeddedServer) -> Iterator[str]:
    """A migrated database of its own, and an ordinary login for the app."""
    with psycopg.connect(cluster.conninfo(OWNER, "postgres"), autocommit=True) as connection:
        connection.execute("create role clerk login")
        connection.execute("create database operated template template0")
        migrate(cluster.conninfo(OWNER, "operated"), app_user="clerk")
        yield cluster.conninfo("clerk", "operated")
        connection.execute("drop database operated with (force)")
        connection.execute("drop role clerk")


@pytest.fixture(autouse=True)
def environment(cluster: EmbeddedServer, address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DATABASE_URL", address)
    monkeypatch.setenv("DATABASE_OWNER_URL", cluster.conninfo(OWNER, "operated"))
    monkeypatch.setenv("CUTWATER_SECRET_KEY", SECRET)
    settings.cache_clear()
    yield
    settings.cache_clear()


def run(*words: str, input: str = "") -> Result:
    return CliRunner().invoke(app, list(words), input=input)


def test_migrating_may_be_repeated() -> None:
    for _ in range(2):
        found = run("migrate")
        assert found.exit_code == 0, found.output
        assert "head" in found.stderr


def test_an_admin_is_made_once(address: str) -> None:
    asked = ("create-admin", "--email", "root@bank.test", "--name", "Rita Root")
    first = run(*asked, "--password", "correct horse battery")
    assert first.exit_code == 0, first.output
    assert "root@bank.test may now administer" in first.stderr
    weak = run("create-admin", "--email", "x@bank.test", "--name", "X", "--password", "short")
    assert weak.exit_code == 1
    assert "password" in weak.stderr


def test_an_account_is_shut_and_opened_again(address: str) -> None:
    made = run(
        "create-admin", "--email", "sam@bank.test", "--name", "Sam", "--password", "correct horse battery"
    )
    assert made.exit_code == 0, made.output
    assert "Sam is shut out everywhere" in run("shut-account", "--email", "Sam@bank.test").stderr
    assert "may sign in again" in run("shut-account", "--email", "sam@bank.test", "--reopen").stderr
    unknown = run("shut-account", "--email", "nobody@bank.test")
    assert (unknown.exit_code, "nobody@bank.test does not exist" in unknown.stderr) == (1, True)


def test_the_log_verifies_and_says_so_to_scripts() -> None:
    assert run("audit", "verify").exit_code == 0
    found = run("audit", "verify", "--json")
    assert found.exit_code == 0
    assert isinstance(json.loads(found.stdout), dict | list)


def test_dead_jobs_are_listed_and_queued_again(cluster: EmbeddedServer) -> None:
    with psycopg.connect(cluster.conninfo(OWNER, "operated"), autocommit=True) as connection:
        connection.execute(
            "insert into procrastinate_jobs (queue_name, task_name, status, args, attempts)"
            " values ('default', 'tests.gone', 'failed', '{}', 3)"
        )
    assert "tests.gone" in run("jobs", "list").stdout
    listed = json.loads(run("jobs", "list", "--json").stdout)
    assert [row["job"] for row in listed] == ["tests.gone"]
    assert run("jobs", "retry", str(listed[0]["id"])).exit_code == 0
    unknown = run("jobs", "retry", str(listed[0]["id"]))
    assert unknown.exit_code == 1
    assert f"No dead job has the number {listed[0]['id']}" in unknown.stderr
    assert json.loads(run("jobs", "list", "--status", "todo", "--json").stdout)[0]["attempts"] == 0
    assert run("jobs", "retry", "--all-failed").exit_code == 0
    assert run("jobs", "retry").exit_code == 2


def test_a_dead_job_is_queued_again_beside_one_that_does_the_same(cluster: EmbeddedServer) -> None:
    with psycopg.connect(cluster.conninfo(OWNER, "operated"), autocommit=True) as connection:
        connection.execute(
            "insert into procrastinate_jobs (queue_name, task_name, status, args, queueing_lock) values"
            " ('default', 'tests.twice', 'failed', '{}', 'same'),"
            " ('default', 'tests.twice', 'todo', '{}', 'same')"
        )
    found = run("jobs", "retry", "--all-failed")
    assert (found.exit_code, found.stderr.strip()) == (0, "1 job is queued again.")
    waiting = json.loads(run("jobs", "list", "--status", "todo", "--json").stdout)
    assert [row["job"] for row in waiting].count("tests.twice") == 2


@pytest.mark.parametrize(
    "words", [("serve",), ("worker",), ("jobs", "list"), ("demo",), ("migrate",), ("dev",)]
)
def test_a_wrong_setting_is_one_line_that_names_its_variable(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUTWATER_DATABASE_POOL", "many")
    settings.cache_clear()
    found = run(*words)
    assert found.exit_code == 2
    assert found.stderr.strip().startswith("cutwater: CUTWATER_DATABASE_POOL: must be a valid integer")
    assert len(found.stderr.strip().splitlines()) == 1


def test_a_demo_never_gets_into_a_real_database() -> None:
    assert settings().database_url
    config = of_the_demo(settings(), None)
    assert (config.database_url, config.demo) == ("", True)
    assert config.data_folder == settings().data_folder / "demo"


def test_looking_into_a_folder_without_a_database_is_refused_and_makes_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("CUTWATER_DATA_FOLDER", str(tmp_path / "elsewhere"))
    settings.cache_clear()
    found = run("audit", "verify")
    assert found.exit_code == 2
    assert "There is no database in" in found.stderr
    assert not (tmp_path / "elsewhere").exists()


def test_an_unknown_revision_is_one_line() -> None:
    found = run("migrate", "--revision", "20990101_01_tomorrow")
    assert (found.exit_code, "20990101_01_tomorrow" in found.stderr) == (1, True)


def test_a_given_database_that_is_not_migrated_is_refused_with_the_remedy(
    cluster: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", cluster.conninfo("clerk", "postgres"))
    settings.cache_clear()
    found = run("audit", "verify")
    assert found.exit_code == 2
    assert "is empty; run: cutwater migrate" in found.stderr


def test_a_wrong_word_is_one_line_and_exit_code_1() -> None:
    found = run("jobs", "list", "--status", "happy")
    assert found.exit_code == 1
    assert found.stderr.strip().startswith("cutwater:")
    assert "todo, doing or failed" in found.stderr


def test_a_superuser_is_refused_with_the_fix(
    cluster: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", cluster.conninfo(OWNER, "operated"))
    settings.cache_clear()
    found = run("audit", "verify")
    assert found.exit_code == 2
    assert "superuser" in found.stderr
    assert "DATABASE_OWNER_URL" in found.stderr


def test_a_database_that_is_not_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "host=/nowhere user=clerk dbname=operated")
    settings.cache_clear()
    found = run("audit", "verify")
    assert found.exit_code == 2
    assert found.stderr.startswith("cutwater:")


def test_the_version_and_the_examination_of_this_machine() -> None:
    assert run("version").stdout.strip() == __version__
    found = run("doctor", "--json")
    assert {"name", "ok", "found", "fix"} <= set(json.loads(found.stdout)[0])


def test_a_worker_of_its_own_needs_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL")
    settings.cache_clear()
    found = run("worker")
    assert found.exit_code == 2
    assert "DATABASE_URL" in found.stderr
