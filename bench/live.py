"""Live updates: how long from commit to every open stream, and whether any event is lost or doubled.

python bench/live.py                        100 streams, 5 changes a second for 20 s
python bench/live.py --streams 500 --kill   the same for 500, with a kill -9 of the web server on the way
python bench/live.py --json                 one line of JSON; exit code 1 beyond the aims
"""

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import uvicorn
from fastapi import Request

from cutwater import audit
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.embedded import OWNER, EmbeddedServer
from cutwater.kernel.events import Event, Subject
from cutwater.kernel.grants import EVERY_GRANT
from cutwater.kernel.ids import new_id
from cutwater.kernel.settings import Settings
from cutwater.schema import migrate

AIM_P95_MS = 500
RUN = UUID("019aa0c4-6f5e-7c53-8a4e-0d5f8a1b2c3d")
NEVER = (0.0, -2.0)
ORGANIZATION = UUID("019aa0c4-6f5e-7c53-8a4e-0d5f8a1b2c3e")


class BenchTick(Event):
    """A change inside one run."""

    name: ClassVar[str] = "bench.ticked"
    step_id: UUID
    place: int

    @property
    def subject(self) -> Subject:
        return Subject("step", self.step_id, f"A-{self.place}")

    @property
    def context(self) -> Subject:
        return Subject("run", RUN, "MIG-1")


def pilot() -> Actor:
    """Everybody in this bench."""
    return Actor(
        kind="user",
        id=RUN,
        user_id=RUN,
        name="Bench",
        organization_id=ORGANIZATION,
        organization="bench",
        role="OWNER",
        grants=EVERY_GRANT,
    )


def serve(conninfo: str, port: int) -> None:
    """The whole app as it is, but everybody is signed in already."""
    from cutwater.main import create_app
    from cutwater.server import Server

    folder = Path(tempfile.mkdtemp(prefix="cutwater-bench-web-"))
    os.environ["DATABASE_URL"] = conninfo
    app = create_app(Settings(data_folder=folder, worker=False, port=port, log_level="ERROR"))

    async def authenticate(_request: Request, *, needs_organization: bool) -> Actor:
        return pilot()

    app.state.authenticate = authenticate
    config = uvicorn.Config(
        app, port=port, loop="uvloop", http="httptools", log_config=None, timeout_graceful_shutdown=5
    )
    Server(config).run()


@dataclass
class Stream:
    """One browser on a raw socket: cheap enough that hundreds do not disturb what is measured."""

    port: int
    last_id: str = ""
    heard: dict[int, float] = field(default_factory=dict)
    doubled: int = 0
    connections: int = 0

    async def run(self) -> None:
        """Stay connected; come back with the last place after every end."""
        while True:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._listen()
            await asyncio.sleep(0.2)

    async def _listen(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        place = f"Last-Event-ID: {self.last_id}\r\n" if self.last_id else ""
        writer.write(f"GET /o/bench/live?topics=run:{RUN} HTTP/1.1\r\nHost: bench\r\n{place}\r\n".encode())
        self.connections += 1
        data = place_now = ""
        try:
            while line := await reader.readline():
                text = line.decode().rstrip()
                if text.startswith("data: "):
                    data = text[6:]
                elif text.startswith("id: "):
                    place_now = text[4:]
                elif not text:
                    self._dispatch(data, place_now)
                    data = place_now = ""
        finally:
            writer.close()

    def _dispatch(self, data: str, place: str) -> None:
        self.last_id = place or self.last_id
        if not data or data == "{}":
            return
        event_id = json.loads(data)["event_id"]
        if event_id in self.heard:
            self.doubled += 1
        self.heard.setdefault(event_id, time.monotonic())


def web(conninfo: str, port: int) -> "subprocess.Popen[bytes]":
    """The server in a process of its own."""
    return subprocess.Popen([sys.executable, __file__, "--serve", conninfo, "--port", str(port)])


async def answering(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Wait until the server listens."""
    async with asyncio.timeout(60):
        while True:
            if process.poll() is not None:
                raise RuntimeError("the web server did not start")
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return


async def measure(server: EmbeddedServer, options: argparse.Namespace) -> dict[str, Any]:
    """Open the streams, make the changes, and compare what was committed with what was heard."""
    conninfo = server.conninfo("cutwater_app")
    process = web(conninfo, options.port)
    database = Database(conninfo)
    await database.open()
    try:
        await answering(process, options.port)
        streams = [Stream(options.port) for _ in range(options.streams)]
        tasks = [asyncio.create_task(stream.run()) for stream in streams]
        async with asyncio.timeout(60):
            while not all(stream.last_id for stream in streams):
                await asyncio.sleep(0.05)
        cpu = _cpu_seconds(process.pid)
        began = time.monotonic()
        committed: dict[int, float] = {}
        back: asyncio.Task[tuple[float, float]] | None = None
        count = int(options.seconds * options.rate)
        for number in range(count):
            if options.kill and number == count // 2:
                process.send_signal(signal.SIGKILL)
                process.wait()
                process = web(conninfo, options.port)
                back = asyncio.create_task(_outage(process, options.port))
            async with database.tx(pilot()) as tx:
                event_id = await audit.record(tx, pilot(), BenchTick(step_id=new_id(), place=number))
            committed[event_id] = time.monotonic()
            await asyncio.sleep(max(0, began + (number + 1) / options.rate - time.monotonic()))
        await _all_heard(streams, committed)
        spent = 0.0 if options.kill else _cpu_seconds(process.pid) - cpu
        for task in tasks:
            task.cancel()
        return _result(streams, committed, spent / (time.monotonic() - began), await back if back else NEVER)
    finally:
        process.terminate()
        process.wait()
        await database.close()


async def _outage(process: "subprocess.Popen[bytes]", port: int) -> tuple[float, float]:
    """From the kill until the new server listens."""
    killed = time.monotonic()
    await answering(process, port)
    return killed, time.monotonic()


async def _all_heard(streams: list[Stream], committed: dict[int, float]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if all(len(stream.heard) >= len(committed) for stream in streams):
            return
        await asyncio.sleep(0.1)


def _cpu_seconds(pid: int) -> float:
    if not Path("/proc").is_dir():
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _result(
    streams: list[Stream], committed: dict[int, float], load: float, outage: tuple[float, float]
) -> dict[str, Any]:
    """The delays of what was committed while a server was up, or up again for a second."""
    down, up = outage
    delays = sorted(
        (stream.heard[event_id] - at) * 1000
        for stream in streams
        for event_id, at in committed.items()
        if event_id in stream.heard and not down - 0.1 <= at <= up + 1
    )
    return {
        "streams": len(streams),
        "events": len(committed),
        "p50_ms": round(statistics.median(delays), 1),
        "p95_ms": round(delays[int(len(delays) * 0.95)], 1),
        "max_ms": round(delays[-1], 1),
        "missing": sum(len(committed.keys() - stream.heard.keys()) for stream in streams),
        "doubled": sum(stream.doubled for stream in streams),
        "down_seconds": round(max(0.0, up - down), 1),
        "connections": sum(stream.connections for stream in streams),
        "web_cpu_percent": round(load * 100, 1),
    }


def main() -> int:
    """Run the bench; the exit code says whether the aims were met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rate", type=float, default=5, help="changes a second")
    parser.add_argument("--kill", action="store_true", help="kill -9 the web server halfway")
    parser.add_argument("--port", type=int, default=8240)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.port)
        return 0
    with tempfile.TemporaryDirectory(prefix="cutwater-bench-") as folder:
        Path(folder).chmod(0o755)
        server = EmbeddedServer(Path(folder) / "postgres")
        server.start()
        try:
            migrate(server.conninfo(OWNER))
            found = asyncio.run(measure(server, options))
        finally:
            server.stop()
    good = found["missing"] == found["doubled"] == 0 and found["p95_ms"] < AIM_P95_MS
    if options.json:
        print(json.dumps(found | {"aim_p95_ms": AIM_P95_MS, "met": good}))
    else:
        print(
            "commit → received, {streams} streams, {events} events: "
            "p50 {p50_ms} ms, p95 {p95_ms} ms, max {max_ms} ms\n"
            "missing {missing}, doubled {doubled}; {connections} connections, down for {down_seconds} s, "
            "web server {web_cpu_percent} % of a core".format(**found)
        )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
