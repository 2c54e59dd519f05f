"""The real apps on a test's database, and clients that are signed in to them."""

from functools import cache
from pathlib import Path

import httpx2
from fastapi import FastAPI
from pydantic import SecretStr

from cutwater import audit, wiring
from cutwater.identity import authentication
from cutwater.identity.roles import KEY_SCOPES
from cutwater.identity.service import create_api_key
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.limits import Limiter
from cutwater.kernel.settings import Settings
from cutwater.main import create_app
from tests import factories

SETTINGS = Settings(data_folder=Path("unused"), secret_key=SecretStr("k" * 32), worker=False)


@cache
def the_app() -> FastAPI:
    """The apps of this test process: making them takes a second, so every test uses the same."""
    return create_app(SETTINGS)


def app_on(database: Database) -> FastAPI:
    """Pages with the API in it, as `serve` makes them, without a lifespan, on a test's database; whoever an
    earlier test had signed in is nobody here."""
    pages = the_app()
    pages.state.authenticate = authentication.authenticate_page
    pages.state.api.state.authenticate = authentication.authenticate_api
    hub = audit.Hub(database, wiring.live_views(), secrets=["s" * 32])
    for app in (pages, pages.state.api):
        app.state.database, app.state.limiter, app.state.hub = database, Limiter(), hub
    return pages


async def api_client(app: FastAPI, actor: Actor) -> httpx2.AsyncClient:
    """The API, with a new key of this actor that has every scope."""
    async with app.state.database.tx(actor) as tx:
        await factories.enter(tx, actor)
        _, secret = await create_api_key(tx, actor, "tests", [scope.value for scope in KEY_SCOPES])
    headers = {"Authorization": f"Bearer {secret}"}
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app), base_url="http://localhost/api/v1", headers=headers
    )
