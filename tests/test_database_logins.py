"""A given PostgreSQL: ordinary log-ins migrate and serve, as the how-to says."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from cutwater import schema
from cutwater.kernel.db import Database
from cutwater.kernel.embedded import OWNER, EmbeddedServer
from tests.conftest import FAST

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def bare() -> Iterator[EmbeddedServer]:
    """A cluster without any of our roles, as a database team hands it over."""
    folder = Path(tempfile.mkdtemp(prefix="cutwater-pg-"))
    server = EmbeddedServer(folder, settings=FAST)
    server.start()
    with psycopg.connect(server.conninfo(OWNER, "postgres"), autocommit=True) as connection:
        connection.execute("create role bank_owner login createrole")
        connection.execute("create role bank_web login")
        connection.execute("create database two owner bank_owner")
        connection.execute("create database one owner bank_owner")
    yield server
    server.stop()


async def bound_role(conninfo: str) -> str:
    """Open the app's database through a log-in; gives the role it acts as."""
    database = Database(conninfo, role="cutwater_app")
    try:
        await database.open()
        async with database.pool.connection() as connection:
            row = await (await connection.execute("select current_user")).fetchone()
        return str(row[0]) if row else ""
    finally:
        await database.close()


async def test_an_owner_without_superuser_migrates_and_another_log_in_acts_as_the_app(
    bare: EmbeddedServer,
) -> None:
    schema.migrate(bare.conninfo("bank_owner", "two"), app_user="bank_web")
    assert await bound_role(bare.conninfo("bank_web", "two")) == "cutwater_app"


async def test_one_log_in_for_both_gives_up_its_rights(bare: EmbeddedServer) -> None:
    schema.migrate(bare.conninfo("bank_owner", "one"))
    assert await bound_role(bare.conninfo("bank_owner", "one")) == "cutwater_app"


async def test_migrating_again_changes_nothing(bare: EmbeddedServer) -> None:
    schema.migrate(bare.conninfo("bank_owner", "two"), app_user="bank_web")
    schema.migrate(bare.conninfo("bank_owner", "two"), app_user="bank_web")
    assert await bound_role(bare.conninfo("bank_web", "two")) == "cutwater_app"
