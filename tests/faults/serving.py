"""A real `cutwater serve` that can be killed and started again, and people who use it over HTTP."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import psycopg

from cutwater.kernel.embedded import OWNER, EmbeddedServer

COMMAND = (sys.executable, "-m", "cutwater.cli")
PASSWORD = "a long walk by the harbour"


class Cutwater:
    """One `cutwater serve` on a data folder; the port stays over restarts."""

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

    def start(self, **environment: str) -> "Cutwater":
        """Start it and wait until it says that it is ready."""
        with self.log.open("ab") as said:
            self.process = subprocess.Popen(
                [*COMMAND, "serve"], env=self.environment | environment, stdout=said, stderr=said
            )
        self.wait_until_ready()
        return self

    def wait_until_ready(self, seconds: float = 60) -> None:
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
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def ended_afterwards(*served: Cutwater) -> Iterator[None]:
    """Leave no process behind, whatever the test did."""
    try:
        yield
    finally:
        for each in served:
            if hasattr(each, "process") and each.process.poll() is None:
                each.end(signal.SIGTERM)


class Person:
    """Somebody with an account: a browser (pages, cookies, forms) and an API token."""

    def __init__(self, url: str, name: str) -> None:
        self.name, self.email = name, f"{uuid4().hex[:12]}@bank.example"
        self.url, self.organization = url, ""
        self.browser = httpx2.Client(base_url=url, timeout=60)
        self.send("/sign-up", name=name, email=self.email, password=PASSWORD)
        self.api = httpx2.Client(base_url=f"{url}/api/v1", timeout=60)

    def founds(self, organization: str) -> "Person":
        """Found an organization and act in it from now on."""
        answer = self.send("/organizations", name=organization)
        found = re.search(r"/o/([^/]+)/", answer.headers["location"])
        assert found, answer.headers
        return self.acts_in(found[1])

    def acts_in(self, organization: str) -> "Person":
        """Take a token for an organization."""
        self.organization = organization
        body = {"login": self.email, "password": PASSWORD, "organization": organization}
        answer = self.api.post("/auth/token", json=body)
        assert answer.status_code == 200, answer.text
        self.api.headers["Authorization"] = f"Bearer {answer.json()['data']['access_token']}"
        return self

    def leaves(self) -> None:
        """Close every connection."""
        self.browser.close()
        self.api.close()

    def csrf(self, path: str) -> str:
        """What a form of this page carries."""
        found = re.search(r'name="_csrf" value="([^"]+)"', self.browser.get(path).text)
        assert found, path
        return found[1]

    def send(self, path: str, **fields: str) -> httpx2.Response:
        """A form of the page at this path."""
        answer = self.browser.post(path, data={"_csrf": self.csrf(path), **fields})
        assert answer.status_code == 303, answer.text[-2000:]
        return answer

    def get(self, path: str) -> Any:
        """What the API has there."""
        answer = self.api.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        """Do something over the API that must succeed."""
        answer = self.api.post(path, **({"json": body} if body is not None else {}), **more)
        assert answer.status_code in (200, 201, 202), (path, answer.status_code, answer.text)
        return answer.json()["data"]

    def starts_a_run(self, sheet: str) -> str:
        """From a worksheet to a run that runs; its key."""
        kept = self.post("/runbook-imports", files={"file": ("plan.csv", sheet.encode(), "text/csv")})
        assert kept["is_clean"], kept["problems"]
        runbook = self.post(f"/runbook-imports/{kept['id']}/applications")["key"]
        self.post(f"/runbooks/{runbook}/versions")
        migration = self.post("/migrations", {"title": "Ledger"})["key"]
        plan = {"runbook": runbook, "type": "CUTOVER", "planned_start": "2026-11-21T22:00:00Z"}
        run = str(self.post(f"/migrations/{migration}/iterations", plan)["key"])
        self.post(f"/runs/{run}/moves", {"move": "start"})
        return run


def chains(count: int, length: int) -> str:
    """A worksheet of chains of steps that wait for nothing but the step before them: A-1 → A-2 …, B-1 …"""
    lines = ["Code,Title,Phase,Duration,Depends On"]
    for chain in "ABCDEFGH"[:count]:
        for number in range(1, length + 1):
            before = f"{chain}-{number - 1}" if number > 1 else ""
            lines.append(f"{chain}-{number},Step {chain}{number},Phase {chain},5,{before}")
    return "\n".join(lines) + "\n"
