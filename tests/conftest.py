"""One PostgreSQL per test process; most tests share a database and roll back, the others clone a template."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from cutwater import wiring
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.embedded import OWNER, EmbeddedServer
from cutwater.kernel.reader import SessionReader
from cutwater.schema import migrate
from tests import world
from tests.serving import Served, scratch

FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """The furnished demo is made by one process only."""
    from tests.scheduling import ByWorld

    return ByWorld(config, log)


@pytest.fixture(scope="session")
def cluster() -> Iterator[EmbeddedServer]:
    """An embedded PostgreSQL with the migrated template database `cutwater`."""
    folder = scratch("cutwater-pg-")
    server = EmbeddedServer(folder, settings=FAST)
    server.start()
    migrate(server.conninfo(OWNER))
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


def copy(cluster: EmbeddedServer, name: str, *, template: str = "cutwater") -> None:
    """A new database like the template: `cutwater` has nobody in it, `bank` the people of `people`."""
    with psycopg.connect(cluster.conninfo(OWNER, "postgres"), autocommit=True) as connection:
        connection.execute(f"create database {name} template {template} strategy file_copy")


@pytest.fixture(scope="session")
async def people(cluster: EmbeddedServer) -> dict[str, Actor]:
    """Harbour Bank by role, in every database of a test: signed up, founded and added once per process."""
    copy(cluster, "bank")
    database = Database(cluster.conninfo(OWNER, "bank"), role="cutwater_app")
    await database.open()
    found = await world.people_in(database, *world.ROLES[1:])
    await database.close()
    return found


@pytest.fixture(scope="session")
async def shared(cluster: EmbeddedServer, people: dict[str, Actor]) -> AsyncIterator[Database]:
    """A database that tests use inside transactions which are rolled back."""
    copy(cluster, "shared", template="bank")
    database = Database(cluster.conninfo(OWNER, "shared"), role="cutwater_app")
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def database(
    cluster: EmbeddedServer, people: dict[str, Actor], request: pytest.FixtureRequest
) -> AsyncIterator[Database]:
    """A database of one's own, for what an outer transaction hides: commits, NOTIFY, several connections."""
    name = f"clone_{abs(hash(request.node.nodeid)):x}"
    copy(cluster, name, template="bank")
    database = Database(cluster.conninfo(OWNER, name), role="cutwater_app")
    await database.open()
    yield database
    await database.close()
    with psycopg.connect(cluster.conninfo(OWNER, "postgres"), autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")


@pytest.fixture
async def connection(shared: Database) -> AsyncIterator[AsyncConnection]:
    """The outer transaction that is always rolled back."""
    async with shared.engine.connect() as connection:
        outer = await connection.begin()
        yield connection
        await outer.rollback()


@pytest.fixture
async def tx(connection: AsyncConnection) -> AsyncIterator[AsyncSession]:
    """A session inside the outer transaction; use it with `owner`, whose organization it is in."""
    session = AsyncSession(
        connection, join_transaction_mode="create_savepoint", expire_on_commit=False, info={}
    )
    async with session:
        yield session


@pytest.fixture
async def owner(tx: AsyncSession, people: dict[str, Actor]) -> Actor:
    """The owner of Harbour Bank, which `tx` is now in."""
    await world.enter(tx, people["OWNER"])
    return people["OWNER"]


@pytest.fixture
def boss(people: dict[str, Actor]) -> Actor:
    """The same, for a database of one's own."""
    return people["OWNER"]


@pytest.fixture
def served(database: Database) -> Served:
    """The pages and the API on a database of one's own."""
    return Served(database)


@pytest.fixture
def reader(tx: AsyncSession) -> SessionReader:
    """Reads inside `tx`."""
    return SessionReader(tx)


@pytest.fixture(scope="session", autouse=True)
def wired() -> None:
    """Templates, subscribers and jobs as the app has them."""
    wiring.declare()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data beside the project; tests that need it skip where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real data in ../shared/data is not on this machine")
    return SHARED_DATA
