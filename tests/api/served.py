"""The demo served over HTTP in a thread of this process. After its world is made nothing is kept any more:
every transaction rolls back, so that each request of the tests meets the same world."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit, demo, wiring
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.limits import Limiter
from cutwater.main import create_app
from tests.serving import SETTINGS, on_a_socket, work


class Unlimited(Limiter):
    """No rate limits: a fuzzer asks more often than people do."""

    async def hit(self, key: str, *, per_minute: int, minutes: int = 1) -> None:
        """Everybody may."""


class Forgetful(Database):
    """A database that keeps what is written until it is told not to."""

    keeps = True

    @asynccontextmanager
    async def tx(self, who: Actor | UUID | None) -> AsyncIterator[AsyncSession]:
        async with super().tx(who) as session:
            yield session
            if not self.keeps:
                await session.flush()
                await session.execute(text("set constraints all immediate"))
                await session.rollback()


@dataclass
class Served:
    """Where the API is, and what is in it."""

    url: str
    database: Forgetful
    loop: asyncio.AbstractEventLoop
    document: dict[str, Any]
    ids: dict[str, str] = field(default_factory=dict)

    def run_jobs(self) -> None:
        """Let a worker empty the queue."""

        asyncio.run_coroutine_threadsafe(work(self.database), self.loop).result(120)


@contextmanager
def serving(conninfo: str) -> Iterator[Served]:
    """Serve a database with the demo in it until the block ends."""
    ready: list[Served] = []
    started, ended = threading.Event(), threading.Event()

    async def run() -> None:
        database = Forgetful(conninfo, role="cutwater_app")
        await database.open()
        await demo.build_once(database)
        app = create_app(SETTINGS)
        for each in (app, app.state.api):
            each.state.database, each.state.limiter = database, Unlimited()
            each.state.hub = audit.Hub(database, wiring.live_views(), secrets=["s" * 32])
        following = asyncio.create_task(app.state.hub.run())
        async with on_a_socket(app) as url:
            document = app.state.api.openapi()
            ready.append(Served(f"{url}/api/v1", database, asyncio.get_running_loop(), document))
            started.set()
            await asyncio.to_thread(ended.wait)
            app.state.hub.close()
        await following
        await database.close()

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    if not started.wait(180):
        raise RuntimeError("the demo was not served in time")
    try:
        yield ready[0]
    finally:
        ended.set()
        thread.join(30)
