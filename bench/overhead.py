"""Read overhead: hot reads of the API against a bare ASGI route that does the same sign-in and fetches the
same rows in one pipelined trip of psycopg, out by orjson. One server has both; a client in another process
asks on one kept connection, in turns; medians are compared.

python -m bench.overhead            a table; exit code 1 beyond the aims
python -m bench.overhead --json     one line of JSON
"""

import asyncio
import contextlib
import http.client
import json
import multiprocessing
import statistics
import sys
import tempfile
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

import orjson
import uvicorn
from fastapi import FastAPI, Request
from psycopg.rows import dict_row
from pydantic import SecretStr

from bench import pairs, world
from bench.weighing import free_port
from cutwater.identity.sessions.service import authentication
from cutwater.kernel import reader as reading
from cutwater.kernel.settings import Settings
from cutwater.main import create_app

REPEATS, WARM_UP, RATIO_AIM, ITEM_AIM_MS = 200, 20, 3.0, 3.0
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
        self.state = app.state
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
        actor = await authentication.authenticate_api(request, needs_organization=True)
        if actor is None:
            raise RuntimeError("the bench lost its key")
        async with self.app.state.database.pool.connection() as connection, connection.pipeline():
            await connection.execute("begin read only")
            await connection.execute(reading._SCOPE, (str(actor.organization_id), str(actor.user_id)))
            cursors = [
                await connection.cursor(row_factory=dict_row).execute(sql, values)
                for sql, values in statements
            ]
            await connection.execute("commit")
            rows = [await cursor.fetchall() for cursor in cursors]
        body = orjson.dumps(rows, default=str)
        kind = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": kind})
        await send({"type": "http.response.body", "body": body})


def record_statements() -> None:
    """Keep what the app sends to the database while a request with `X-Record` is served, but its sign-in."""
    original, signing_in = reading.bound, authentication.authenticate_api

    def keeping(statement: Any) -> Any:
        found = original(statement)
        kept = recording.get()
        if kept is not None:
            kept.append((found.sql, found.values))
        return found

    async def unrecorded(request: Request, *, needs_organization: bool) -> Any:
        kept = recording.get()
        before = len(kept or ())
        actor = await signing_in(request, needs_organization=needs_organization)
        if kept is not None:
            del kept[before:]
        return actor

    reading.bound = keeping
    authentication.authenticate_api = unrecorded


def serve(folder: str, port: int, made: Any) -> None:
    """The platform on a fresh embedded PostgreSQL with the world in it; says what was made."""
    record_statements()
    config = Settings(
        data_folder=Path(folder), secret_key=SecretStr("b" * 40), worker=False, log_level="WARNING"
    )
    app = create_app(config)
    server = uvicorn.Server(
        uvicorn.Config(
            WithBare(app), port=port, log_config=None, access_log=False, loop="uvloop", http="httptools"
        )
    )

    async def run() -> None:
        running = asyncio.create_task(server.serve())
        while not server.started and not running.done():
            await asyncio.sleep(0.05)
        made.put(await world.build(app.state.database))
        await running

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run())


class Client:
    """One kept-alive connection with the bench's key."""

    def __init__(self, port: int, secret: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.headers = {"Authorization": f"Bearer {secret}"}

    def get(self, path: str, **more: str) -> bytes:
        """The answer's body; anything but 200 ends the bench."""
        self.connection.request("GET", path, headers=self.headers | more)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}: {body[:200]!r}")
        return body


def measure(client: Client, path: str) -> dict[str, Any]:
    """The medians of both ways in milliseconds, requests alternating, and ours in terms of bare."""
    client.get(f"/api/v1{path}", **{"X-Record": path})
    addresses = (f"/api/v1{path}", f"/bare?path={quote(path, safe='')}")
    size = [len(client.get(address)) for address in addresses]
    ways = [partial(client.get, address) for address in addresses]
    ours, bare = pairs.timed(ways, REPEATS, WARM_UP)
    return {
        "ms": round(statistics.median(ours), 2), "bare_ms": round(statistics.median(bare), 2),
        "ratio": round(statistics.median(ours) / statistics.median(bare), 2),
        "pairs": pairs.ratio(ours, bare), "bytes": size[0], "bare_bytes": size[1],
    }  # fmt: skip


def run() -> dict[str, Any]:
    """Every read with its medians and ratio."""
    found: dict[str, Any] = {}
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="cutwater-bench-") as folder:
        Path(folder).chmod(0o755)
        made: Any = context.Queue()
        port = free_port()
        server = context.Process(target=serve, args=(str(Path(folder) / "data"), port, made))
        server.start()
        try:
            there: world.World = made.get(timeout=180)
            client = Client(port, there.secret)
            for name, (path, is_item) in reads(there).items():
                each = measure(client, path)
                met = each["ms"] <= ITEM_AIM_MS if is_item else each["ratio"] <= RATIO_AIM
                found[name] = each | {"met": met}
        finally:
            server.terminate()
            server.join(20)
    return found


def main() -> int:
    """Measure, print, judge."""
    found = run()
    if "--json" in sys.argv:
        print(json.dumps(found))
    else:
        for name, each in found.items():
            print(
                f"{name:24} {each['ms']:7.2f} ms  bare {each['bare_ms']:7.2f} ms  {each['ratio']:.2f} ×",
                end="",
            )
            print(f"  ({each['bytes']:,} and {each['bare_bytes']:,} bytes)")
    return 0 if all(each["met"] for each in found.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
