"""The pages and the API, signed in as any actor, on a test's database."""

from typing import Any

import httpx2
from fastapi import FastAPI, Request

from cutwater.kernel import crypto
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from tests.clients import app_on

BOUND = "cutwater_pre_tests=tests"


def as_actor(whole: FastAPI, part: FastAPI, actor: Actor) -> Any:
    """The app, in which everybody who asks through this very client is the actor."""

    async def authenticate(_request: Request, *, needs_organization: bool) -> Actor:
        return actor

    async def asked(scope: Any, receive: Any, send: Any) -> None:
        before, part.state.authenticate = part.state.authenticate, authenticate
        try:
            await whole(scope, receive, send)
        finally:
            part.state.authenticate = before

    return asked


def api_as(database: Database, actor: Actor) -> httpx2.AsyncClient:
    """The API as any actor: a viewer, for one, cannot make an API key."""
    app = app_on(database)
    transport = httpx2.ASGITransport(as_actor(app, app.state.api, actor))
    return httpx2.AsyncClient(transport=transport, base_url="http://localhost/api/v1")


def browser(database: Database, actor: Actor) -> httpx2.AsyncClient:
    """A browser in the actor's organization; its forms carry a valid token."""
    app = app_on(database)
    token = crypto.sign(["k" * 32], "csrf", BOUND)
    headers = {"cookie": BOUND, "x-csrf-token": token, "sec-fetch-site": "same-origin"}
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(as_actor(app, app, actor)),
        base_url=f"http://localhost/o/{actor.organization}",
        headers=headers,
    )
