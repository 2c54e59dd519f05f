"""A served app with an organization in it, for the tests of pages and API."""

import httpx2
import pytest
from fastapi import FastAPI

from cutwater.identity.service import sessions
from cutwater.kernel import crypto
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from tests import clients, factories


@pytest.fixture
async def pilot(database: Database) -> Actor:
    """The owner of an organization in a database of one's own."""
    return await factories.organization_in(database)


@pytest.fixture
def app(database: Database) -> FastAPI:
    return clients.app_on(database)


@pytest.fixture
async def api(app: FastAPI, pilot: Actor) -> httpx2.AsyncClient:
    """The API as the owner."""
    return await clients.api_client(app, pilot)


@pytest.fixture
async def browser(app: FastAPI, pilot: Actor, database: Database) -> httpx2.AsyncClient:
    """The pilot's browser, in the organization; it sends the CSRF token with everything."""
    return await browser_of(app, pilot, database)


async def browser_of(app: FastAPI, actor: Actor, database: Database) -> httpx2.AsyncClient:
    """Somebody's browser, signed in by a real session."""
    assert actor.user_id
    async with database.tx(Actor(kind="user", id=None, name="", user_id=actor.user_id)) as tx:
        session = await sessions.start_session(tx, actor.user_id)
    bound = f"cutwater={session.token}"
    client = httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app), base_url=f"http://localhost/o/{actor.organization}"
    )
    client.cookies.set("cutwater", session.token)
    client.headers["X-CSRF-Token"] = crypto.sign(clients.SETTINGS.secrets, "csrf", bound)
    return client
