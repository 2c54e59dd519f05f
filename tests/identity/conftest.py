"""One database for all of identity's committing tests: everybody in them is somebody new."""

from collections.abc import AsyncIterator

import psycopg
import pytest
from fastapi import FastAPI

from cutwater.audit import Hub
from cutwater.kernel.db import Database
from cutwater.kernel.embedded import OWNER, EmbeddedServer
from cutwater.kernel.limits import Limiter
from cutwater.kernel.settings import Settings
from cutwater.main import create_app
from tests.identity.http import Browser
from tests.identity.world import SECRETS


@pytest.fixture(scope="package")
async def database(cluster: EmbeddedServer) -> AsyncIterator[Database]:
    """A clone of the template that this package's tests share."""
    with psycopg.connect(cluster.conninfo(OWNER, "postgres"), autocommit=True) as connection:
        connection.execute("create database identity template cutwater strategy file_copy")
    found = Database(cluster.conninfo("cutwater_app", "identity"))
    await found.open()
    yield found
    await found.close()


@pytest.fixture(scope="package")
def app(database: Database, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The app on that database, without a worker; rate limits are as wide as the tests need."""
    config = Settings(
        data_folder=tmp_path_factory.mktemp("identity"),
        secret_key=SECRETS[0],
        log_level="ERROR",
        worker=False,
    )
    made = create_app(config)
    for each in (made, made.state.api):
        each.state.database, each.state.limiter, each.state.hub = (
            database,
            Patient(),
            Hub(database, secrets=SECRETS),
        )
    return made


class Patient(Limiter):
    """Counts, but waits for the hundredth hit; one test shows the real one."""

    async def hit(self, key: str, *, per_minute: int, minutes: int = 1) -> None:
        await super().hit(key, per_minute=per_minute * 100, minutes=minutes)


@pytest.fixture
def browser(app: FastAPI) -> Browser:
    """A browser nobody is signed in with."""
    return Browser(app)
