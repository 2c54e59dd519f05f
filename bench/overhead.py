"""Read overhead: hot reads of the API against a bare ASGI route that does the same sign-in and fetches the
same rows with psycopg and orjson. Both live in one server; requests alternate; medians are compared.

python -m bench.overhead            a table; exit code 1 beyond the aims
python -m bench.overhead --json     one line of JSON
"""

import asyncio
import contextlib
import json
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx2
import orjson
import uvicorn
from fastapi import FastAPI, Request
from psycopg.rows import dict_row
from pydantic import SecretStr

from bench import world
from cutwater.identity.authentication import authenticate_api
from cutwater.kernel import reader as reading
from cutwater.kernel.settings import Settings
from cutwater.main import create_app

REPEATS, RATIO_AIM, ITEM_AIM_MS = 200, 3.0, 3.0
recording: ContextVar[list[tuple[str, Any]] | None] = ContextVar("recording", default=None)


def reads(made: world.World) -> dict[str, tuple[str, bool]]:
    """What is read: name → path, and whether it is a single item (judged in milliseconds)."""
    return {
        "list of 100 releases": ("/releases?per_page=100", False),
        "board of 200": ("/releases/board", False),
        "sprint page data": (f"/sprints/{made.sprint}/analysis", False),
        "runsheet of 1,200": (f"/runs/{made.run}/state", False),
        "one release": (f"/releases/{made.release}", True),
    }


class WithBare:
    """The app, and beside it `/bare?path=…`: the rows that the API's path read, without the app."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.kept: dict[str, list[tuple[str, Any]]] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = dict(scope.get("headers", ()))
        if scope["type"] == "http" and scope["path"] == "/bare":
            await self._bare(scope, send)
        elif b"x-record" in headers:
            token = recording.set([])
            await self.app(scope, receive, send)
            self.kept[headers[b"x-record"].decode()] = recording.get() or []
            recording.reset(token)
        else:
            await self.app(scope, receive, send)

    async def _bare(self, scope: Any, send: Any) -> None:
        statements = self.kept[parse_qs(scope["query_string"].decode())["path"][0]]
        request = Request({**scope, "app": self.app.state.api, "state": {}})
        actor = await authenticate_api(request, needs_organization=True)
        if actor is None:
            raise RuntimeError("the bench lost its key")
        rows: list[Any] = []
        for sql, values in statements:
            async with self.app.state.database.pool.connection() as connection, connection.pipeline():
                await connection.execute("begin read only")
                await connection.execute(reading._SCOPE, (str(actor.organization_id), str(actor.user_id)))
                cursor = await connection.cursor(row_factory=dict_row).execute(sql, values)
                await connection.execute("commit")
                rows.append(await cursor.fetchall())
        body = orjson.dumps(rows, default=str)
        kind = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": kind})
        await send({"type": "http.response.body", "body": body})


def record_statements() -> None:
    """Keep what the app sends to the database while a request with `X-Record` is served."""
    original = reading.sql_of

    def keeping(statement: Any) -> tuple[str, Any]:
        found = original(statement)
        kept = recording.get()
        if kept is not None:
            kept.append(found)
        return found

    reading.sql_of = keeping


@contextlib.asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[tuple[str, world.World]]:
    """The platform on a fresh embedded PostgreSQL with the world in it."""
    record_statements()
    config = Settings(data_folder=folder, secret_key=SecretStr("b" * 40), worker=False, log_level="WARNING")
    app = create_app(config)
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(WithBare(app), log_config=None, access_log=False, ws="none"))
    running = asyncio.create_task(server.serve(sockets=[bound]))
    while not server.started:
        await asyncio.sleep(0.05)
    yield f"http://127.0.0.1:{bound.getsockname()[1]}", await world.build(app.state.database)
    app.state.hub.close()
    server.should_exit = True
    await running


async def measure(client: httpx2.AsyncClient, path: str) -> tuple[float, float]:
    """The medians of both ways, in milliseconds, requests alternating."""
    (await client.get(f"/api/v1{path}", headers={"X-Record": path})).raise_for_status()
    took: dict[str, list[float]] = {"ours": [], "bare": []}
    for repeat in range(REPEATS + 20):
        for name, address in (("ours", f"/api/v1{path}"), ("bare", f"/bare?path={path.replace('?', '%3F')}")):
            began = time.perf_counter()
            answer = await client.get(address, headers={"Accept-Encoding": "identity"})
            answer.raise_for_status()
            if repeat >= 20:
                took[name].append((time.perf_counter() - began) * 1000)
    return statistics.median(took["ours"]), statistics.median(took["bare"])


async def run() -> dict[str, Any]:
    """Every read with its medians and ratio."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        async with serving(Path(folder) / "data") as (address, made):
            headers = {"Authorization": f"Bearer {made.secret}"}
            async with httpx2.AsyncClient(base_url=address, headers=headers) as client:
                for name, (path, is_item) in reads(made).items():
                    ours, bare = await measure(client, path)
                    met = ours <= ITEM_AIM_MS if is_item else ours / bare <= RATIO_AIM
                    found[name] = {"ms": round(ours, 2), "bare_ms": round(bare, 2)}
                    found[name] |= {"ratio": round(ours / bare, 2), "met": met}
    return found


def main() -> int:
    """Measure, print, judge."""
    found = asyncio.run(run())
    if "--json" in sys.argv:
        print(json.dumps(found))
    else:
        for name, each in found.items():
            print(f"{name:24} {each['ms']:7.2f} ms  bare {each['bare_ms']:7.2f} ms  {each['ratio']:.2f} ×")
    return 0 if all(each["met"] for each in found.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
