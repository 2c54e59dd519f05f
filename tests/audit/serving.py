"""The log served for real: two apps, a real socket, real streams; a made-up kind of thing is in it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
from fastapi import Depends, FastAPI, Request

from cutwater import audit, web, wiring
from cutwater.identity import shell as identity_shell
from cutwater.kernel import http
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.errors import NotFound
from cutwater.kernel.grants import Grant
from tests.serving import SETTINGS, on_a_socket

SECRETS = SETTINGS.secrets
BOATS = {"boat": Grant.RELEASES_READ, "harbour": Grant.RELEASES_READ}
"""Boats are for every member to see."""


@dataclass(kw_only=True)
class Served:
    """A running server, and who its callers are (by the header X-Who)."""

    url: str
    hub: audit.Hub
    actors: dict[str, Actor] = field(default_factory=dict)

    def path(self, who: str, path: str) -> str:
        return f"{self.url}/o/{self.actors[who].organization}{path}"

    def client(self, who: str) -> httpx2.AsyncClient:
        """Somebody's browser, in their organization."""
        base = self.path(who, "")
        return httpx2.AsyncClient(base_url=base, headers={"X-Who": who}, timeout=20)

    def api_client(self, who: str) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(base_url=f"{self.url}/api/v1", headers={"X-Who": who}, timeout=20)


def apps(database: Database, hub: audit.Hub, actors: dict[str, Actor]) -> FastAPI:
    """Pages and API; the header names the caller."""

    async def authenticate(request: Request, *, needs_organization: bool) -> Actor | None:
        found = actors.get(request.headers.get("x-who", ""))
        slug = request.path_params.get("organization")
        if needs_organization and slug and found and found.organization != slug:
            raise NotFound("This page")
        return found

    declared = replace(wiring.declared(), activity=("boat.",))
    web.configure(declared, secrets=SETTINGS.secrets)
    shown, programmed = FastAPI(dependencies=[Depends(web.check_csrf)]), FastAPI()
    for app, refused in ((shown, web.refused_page), (programmed, http.api_refusal)):
        app.state.settings, app.state.database, app.state.hub = SETTINGS, database, hub
        app.state.authenticate, app.state.before_verb = authenticate, nothing_before
        for kind in http.EXPECTED:
            app.add_exception_handler(kind, refused)
    wiring.include(shown, programmed)
    shown.mount("/api/v1", programmed)
    return shown


async def nothing_before(_request: Request, _actor: Actor, _tx: Any) -> None:
    """No idempotency here."""


@asynccontextmanager
async def serving(database: Database, actors: dict[str, Actor], **views: Any) -> AsyncIterator[Served]:
    """Serve on a free port of this machine, with a hub that follows the log."""
    audit.use_topics(wiring.topics() | BOATS, identity_shell.ACCESS)
    hub = audit.Hub(database, views, secrets=SECRETS)
    following = asyncio.create_task(hub.run())
    try:
        await hub.ready()
        async with on_a_socket(apps(database, hub, actors)) as url:
            yield Served(url=url, hub=hub, actors=actors)
            hub.close()
    finally:
        hub.close()
        await following
        wiring.declare()


async def exported(client: httpx2.AsyncClient, form: dict[str, str]) -> httpx2.Response:
    """Post the page's export form as a browser would."""
    page = (await client.get("/audit")).text
    token = page.split('name="csrf" content="')[1].split('"')[0]
    return await client.post("/audit/export", data=form | {"_csrf": token})


class Listener:
    """A browser's EventSource: remembers ids, comes back with the last one, keeps what it was told."""

    def __init__(self, client: httpx2.AsyncClient, topics: str, address: str = "/live") -> None:
        self.client, self.topics, self.address = client, topics, address
        self.last_id = ""
        self.changes: list[dict[str, Any]] = []
        self.others: list[tuple[str, Any]] = []
        self.connections = 0
        self.heard = asyncio.Condition()

    async def listen(self) -> None:
        """One connection, until it ends."""
        headers = {"Last-Event-ID": self.last_id} if self.last_id else {}
        self.connections += 1
        query = {"topics": self.topics}
        async with self.client.stream("GET", self.address, params=query, headers=headers) as answer:
            assert answer.status_code == 200, await answer.aread()
            assert answer.headers["content-type"].startswith("text/event-stream")
            kind, data, place = "", "", None
            async for line in answer.aiter_lines():
                name, _, value = line.partition(": ")
                if name == "event":
                    kind = value
                elif name == "data":
                    data = value
                elif name == "id":
                    place = value
                elif not line:
                    await self._dispatch(kind, data, place)
                    kind, data, place = "", "", None

    async def _dispatch(self, kind: str, data: str, place: str | None) -> None:
        async with self.heard:
            if place is not None:
                self.last_id = place
            if kind == "change":
                self.changes.append(json.loads(data))
            elif kind:
                self.others.append((kind, json.loads(data)))
            self.heard.notify_all()

    async def until(self, met: Any, seconds: float = 60) -> None:
        """Wait until a condition over this listener holds."""
        async with asyncio.timeout(seconds), self.heard:
            await self.heard.wait_for(lambda: met(self))

    @property
    def ids(self) -> list[int]:
        return [change["event_id"] for change in self.changes]


@asynccontextmanager
async def listening(
    client: httpx2.AsyncClient, topics: str, address: str = "/live"
) -> AsyncIterator[Listener]:
    """A listener that is connected when the block begins."""
    listener = Listener(client, topics, address)
    task = asyncio.create_task(listener.listen())
    await listener.until(lambda it: it.last_id)
    try:
        yield listener
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
