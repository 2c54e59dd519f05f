"""The one way to serve Cutwater to a test: in this process on a test's database, or in one of its own."""

import asyncio
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
import psycopg
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from cutwater import audit, wiring
from cutwater.identity.core.roles import KEY_SCOPES
from cutwater.identity.keys.service import create_api_key
from cutwater.identity.sessions.service import sessions
from cutwater.identity.sessions.service.tokens import issue_tokens
from cutwater.kernel import crypto
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.embedded import OWNER, EmbeddedServer
from cutwater.kernel.grants import Grant
from cutwater.kernel.limits import Limiter
from cutwater.kernel.queue import queue_app
from cutwater.kernel.settings import Settings
from cutwater.main import create_app
from cutwater.runtime import Runtime
from cutwater.web import templating
from tests import world

SETTINGS = Settings(
    data_folder=Path("unused"),
    secret_key=SecretStr("a secret that is long enough for the tests"),
    public_url="http://localhost",
    log_level="ERROR",
    worker=False,
)
HOST = {"host": "127.0.0.1:8000", "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0"}
COMMAND = (sys.executable, "-m", "cutwater.cli")
MEMORY, ENOUGH = Path("/dev/shm"), 4 * 1024**3
DEMO = SETTINGS.model_copy(update={"demo": True})


@cache
def _app(settings: Settings) -> tuple[FastAPI, templating.Shell]:
    """The apps of this test process: making them takes a second, so every test uses the same."""
    return create_app(settings), templating.shell()


def in_shell(settings: Settings = SETTINGS) -> FastAPI:
    """The app, with its shell as that of this process: another test may have set its own."""
    app, shell = _app(settings)
    templating._shell[:] = [shell]
    return app


def app_on(
    database: Database, *, demo: bool = False, limiter: Limiter | None = None, hub: audit.Hub | None = None
) -> FastAPI:
    """Pages with the API in it, as `serve` makes them, without a lifespan, on a test's database."""
    pages = in_shell(DEMO if demo else SETTINGS)
    hub, limiter = (
        hub or audit.Hub(database, wiring.live_views(), secrets=SETTINGS.secrets),
        limiter or Limiter(),
    )
    for app in (pages, pages.state.api):
        app.state.database, app.state.limiter, app.state.hub = database, limiter, hub
    return pages


def runtime(database: Database) -> Runtime:
    """What a process would run on, over a test's database."""
    return Runtime(
        settings=SETTINGS,
        database=database,
        queue_conninfo=database.conninfo,
        queue_role="cutwater_worker",
        limiter=Limiter(),
        hub=audit.Hub(database, secrets=SETTINGS.secrets),
    )


async def work(database: Database, settings: Settings = SETTINGS, ports: Any = None) -> None:
    """A real worker, until nothing is due."""
    ports = wiring.adapters(settings) if ports is None else ports
    queue = queue_app(database.conninfo, "cutwater_worker", database, settings, ports)
    async with queue.open_async():
        await queue.run_worker_async(
            wait=False, install_signal_handlers=False, listen_notify=False, concurrency=1
        )


@dataclass
class Served:
    """The app on a database, and those who use it: each by a session or a key of their own."""

    database: Database
    demo: bool = False
    app: FastAPI = field(init=False)

    def __post_init__(self) -> None:
        self.app = app_on(self.database, demo=self.demo)

    def anybody(self, path: str = "") -> httpx2.AsyncClient:
        """A client that nobody has signed in with."""
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(self.app), base_url=f"http://localhost{path}"
        )

    async def browser(self, actor: Actor) -> httpx2.AsyncClient:
        """The actor's browser in their organization: a session, and the CSRF token with everything."""
        assert actor.user_id
        async with self.database.tx(Actor(kind="user", id=None, name="", user_id=actor.user_id)) as tx:
            session = await sessions.start_session(tx, actor.user_id)
        client = self.anybody(f"/o/{actor.organization}")
        client.cookies.set("cutwater", session.token)
        bound = f"cutwater={session.token}"
        client.headers["X-CSRF-Token"] = crypto.sign(SETTINGS.secrets, "csrf", bound)
        return client

    async def program(self, actor: Actor) -> httpx2.AsyncClient:
        """The API as the actor: a key with every scope, or the token of somebody who may make no key."""
        client = self.anybody("/api/v1")
        client.headers["Authorization"] = f"Bearer {await self._bearer(actor)}"
        return client

    async def _bearer(self, actor: Actor) -> str:
        if Grant.RELEASES_WRITE not in actor.grants:
            login = await world.email_of(self.database, actor)
            secrets, here = SETTINGS.secrets, actor.organization
            return (await issue_tokens(self.database, secrets, login, world.PASSWORD, here)).access_token
        own = [scope.value for scope in KEY_SCOPES if scope in actor.grants]
        async with self.database.tx(actor) as tx:
            return (await create_api_key(tx, actor, "tests", own))[1]

    async def work(self) -> None:
        """Let a worker do what is queued."""
        await work(self.database)


@asynccontextmanager
async def on_a_socket(app: Any, **options: Any) -> AsyncIterator[str]:
    """Serve an app on a free port of this machine, in this event loop; gives its address."""
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="warning", lifespan="off", ws="none", **options)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[bound]))
    try:
        while not server.started and not running.done():
            await asyncio.sleep(0.001)
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
        bound.close()


# ---------------------------------------------------------------- request by request


@dataclass
class Answer:
    """What came back. `body` is what arrived until the end, or until the stream was left."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    cookies: list[str] = field(default_factory=list)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


def scope_of(method: str, address: str, headers: dict[str, str]) -> dict[str, Any]:
    """An ASGI scope for a request from this machine."""
    parts = urlsplit(address)
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }


class Exchange:
    """One request and what is coming back."""

    def __init__(self, body: bytes) -> None:
        self.answer = Answer()
        self.begun = asyncio.Event()
        self._coming = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive(self) -> dict[str, Any]:
        if self._coming:
            return self._coming.pop()
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.body":
            self.answer.body += message.get("body", b"")
        if message["type"] != "http.response.start":
            return
        self.answer.status = message["status"]
        for name, value in message["headers"]:
            self.answer.headers[name.decode().lower()] = value.decode()
            if name.decode().lower() == "set-cookie":
                self.answer.cookies.append(value.decode())
        self.begun.set()


async def call(
    app: Any,
    method: str,
    address: str,
    *,
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    patience: float = 60.0,
) -> Answer:
    """Send a request and take the answer; streams are cut off a moment after their head."""
    exchange = Exchange(body)
    answer = exchange.answer
    task = asyncio.create_task(app(scope_of(method, address, headers or {}), exchange.receive, exchange.send))
    starting = asyncio.create_task(exchange.begun.wait())
    await asyncio.wait({task, starting}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
    starting.cancel()
    is_stream = answer.headers.get("content-type", "").startswith("text/event-stream")
    if not task.done():
        await asyncio.wait({task}, timeout=0.05 if is_stream else patience)
    if not task.done():
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    elif answer.status == 0:
        task.result()
    return answer


@dataclass
class Visitor:
    """A browser that nobody has signed in with: keeps cookies, sends forms with the page's CSRF field,
    follows nothing by itself."""

    app: Any
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""

    async def get(self, address: str, **headers: str) -> Answer:
        return await self._send("GET", address, b"", headers)

    async def post(self, address: str, **fields: Any) -> Answer:
        """Send a form; a name with `_csrf` given sends that instead of the page's."""
        given = {"_csrf": self.csrf} | fields
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return await self._send("POST", address, urlencode(given, doseq=True).encode(), headers)

    async def _send(self, method: str, address: str, body: bytes, headers: dict[str, str]) -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = HOST | headers | ({"cookie": cookies} if cookies else {})
        answer = await call(self.app, method, address, headers=sent, body=body)
        for cookie in answer.cookies:
            name, _, value = cookie.split(";")[0].partition("=")
            if "max-age=0" in cookie.lower() or value in ("", '""'):
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        found = re.search(rb'name="_csrf" value="([^"]+)"', answer.body)
        if found:
            self.csrf = found[1].decode()
        return answer


@dataclass
class Client:
    """An API client with a token or a key."""

    app: Any
    token: str = ""

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        sent = HOST | {"content-type": "application/json"} | headers
        if self.token:
            sent["authorization"] = f"Bearer {self.token}"
        content = json.dumps(body).encode() if body is not None else b""
        return await call(self.app, method, f"/api/v1{path}", headers=sent, body=content)


# ---------------------------------------------------------------- a process of its own


def scratch(prefix: str) -> Path:
    """A new folder for a database, in memory where that is large enough: a clone is hundreds of small files,
    and on a busy disk each takes seconds instead of a tenth.

    Not in pytest's own folder: every new pytest of the same user closes that to others, and then the server,
    which root runs as somebody else, loses its files.
    """
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH
    return Path(tempfile.mkdtemp(prefix=prefix, dir=MEMORY if has_room else None))


class Cutwater:
    """A `cutwater` in a process of its own, on a data folder; the port stays over restarts."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder.with_suffix(".log")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CUTWATER_")}
        kept.pop("DATABASE_URL", None)
        kept.pop("DATABASE_OWNER_URL", None)
        self.environment = kept | {
            "CUTWATER_DATA_FOLDER": str(folder),
            "CUTWATER_PORT": str(self.port),
            "CUTWATER_LOG_FORMAT": "console",
            "CUTWATER_LOG_LEVEL": "WARNING",
            **environment,
        }
        self.process: subprocess.Popen[bytes]

    def start(self, command: str = "serve", **environment: str) -> "Cutwater":
        """Start it (`serve`, or `demo`), and wait until it says that it is ready."""
        folder = ("--folder", str(self.folder)) if command == "demo" else ()
        with self.log.open("ab") as said:
            self.process = subprocess.Popen(
                [*COMMAND, command, *folder], env=self.environment | environment, stdout=said, stderr=said
            )
        self.wait_until_ready()
        return self

    def wait_until_ready(self, seconds: float = 240) -> None:
        """Ask until it is ready; what it said otherwise."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if httpx2.get(f"{self.url}/health/ready", timeout=5).status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"not ready (exit code {self.process.poll()}):\n{self.said[-3000:]}")

    def at(self, path: str) -> str:
        """An address of it."""
        return self.url + path

    def end(self, with_signal: signal.Signals) -> float:
        """Send a signal; gives the seconds until the process was gone."""
        sent = time.monotonic()
        self.process.send_signal(with_signal)
        self.process.wait(30)
        return time.monotonic() - sent

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Another `cutwater` command in the same environment."""
        return subprocess.run(
            [*COMMAND, *arguments],
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @property
    def said(self) -> str:
        """What it wrote on its terminal since the beginning."""
        return self.log.read_text(errors="replace")

    @property
    def postmaster(self) -> int:
        """The process id of its PostgreSQL; 0 while that is being restarted."""
        file = self.folder / "postgres" / "data" / "postmaster.pid"
        try:
            return int(file.read_text().partition("\n")[0])
        except (FileNotFoundError, ValueError):
            return 0

    def query(self, statement: Any, *values: Any) -> list[tuple[Any, ...]]:
        """Rows as the owner of the cluster sees them: every organization's."""
        conninfo = EmbeddedServer(self.folder / "postgres").conninfo(OWNER)
        with psycopg.connect(conninfo, autocommit=True) as connection:
            return connection.execute(statement, values).fetchall()


def free_port() -> int:
    """A port that nobody listens on and that nobody is given who asks for any: it is used later."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


@contextmanager
def ended_afterwards(*served: Cutwater) -> Iterator[None]:
    """Leave no process behind, whatever the test did."""
    try:
        yield
    finally:
        for each in served:
            if hasattr(each, "process") and each.process.poll() is None:
                each.end(signal.SIGTERM)
