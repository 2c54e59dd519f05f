"""One database for all of identity's committing tests: everybody in them is somebody new."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.embedded import EmbeddedServer
from cutwater.kernel.limits import Limiter
from tests import world
from tests.conftest import copy
from tests.identity.clients import client
from tests.serving import Client, Visitor, app_on


@pytest.fixture(scope="package")
async def database(cluster: EmbeddedServer) -> AsyncIterator[Database]:
    """A clone of the template that this package's tests share."""
    copy(cluster, "identity")
    found = Database(cluster.conninfo("cutwater_app", "identity"))
    await found.open()
    yield found
    await found.close()


class Patient(Limiter):
    """Counts, but waits for the hundredth hit; one test shows the real one."""

    async def hit(self, key: str, *, per_minute: int, minutes: int = 1) -> None:
        await super().hit(key, per_minute=per_minute * 100, minutes=minutes)


@pytest.fixture
def app(database: Database) -> FastAPI:
    """The app on that database; rate limits are as wide as the tests need."""
    return app_on(database, limiter=PATIENT)


PATIENT = Patient()


@pytest.fixture
def browser(app: FastAPI) -> Visitor:
    """A browser nobody is signed in with."""
    return Visitor(app)


@pytest.fixture
async def bank(app: FastAPI, database: Database) -> tuple[dict[str, Actor], dict[str, Client]]:
    """An organization with four people, and a client of each."""
    people = await world.people_in(database, "ADMIN", "MEMBER", "VIEWER")
    return people, {role: await client(app, database, actor) for role, actor in people.items()}
