"""A second app on the same folder, commands beside a running one, and how it ends."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from tests.faults.people import Person
from tests.serving import Cutwater, ended_afterwards, free_port

STREAMS = 20


@pytest.fixture
def app(copied: Callable[[str], Path]) -> Iterator[Cutwater]:
    made = Cutwater(copied("endings"))
    with ended_afterwards(made):
        yield made.start()


def test_a_second_app_on_the_same_folder_is_refused_in_one_line(served: Cutwater) -> None:
    second = served.run("serve", CUTWATER_PORT=str(free_port()))
    assert second.returncode == 1
    said = [line for line in (second.stdout + second.stderr).splitlines() if line.strip()]
    assert len(said) == 1, said
    assert f"Cutwater already runs on {served.folder / 'postgres'} (process {served.process.pid})" in said[0]
    served.wait_until_ready()


def test_commands_work_beside_a_running_server(served: Cutwater, ada: Person) -> None:
    verified = served.run("audit", "verify", "--json")
    assert (verified.returncode, verified.stderr) == (0, "")
    assert json.loads(verified.stdout)["intact"] is True
    listed = served.run("jobs", "list", "--status", "todo", "--json")
    assert (listed.returncode, listed.stderr) == (0, "")
    assert isinstance(json.loads(listed.stdout), list)
    assert ada.get("/organization")["slug"] == ada.organization


@asynccontextmanager
async def streaming(person: Person) -> AsyncIterator[list[httpx2.Response]]:
    """Live streams, each with its first bytes."""
    headers = {"Authorization": person.api.headers["Authorization"]}
    limits = httpx2.Limits(max_connections=STREAMS)
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30, limits=limits) as client,
        AsyncExitStack() as open_streams,
    ):
        address = f"{person.url}/api/v1/live?topics=runs"
        streams = [
            await open_streams.enter_async_context(client.stream("GET", address)) for _ in range(STREAMS)
        ]
        for each in streams:
            assert each.status_code == 200
        yield streams


async def rest_of(stream: httpx2.Response) -> bytes:
    return b"".join([chunk async for chunk in stream.aiter_bytes()])


async def test_sigterm_ends_it_within_six_seconds_with_live_streams_open(app: Cutwater) -> None:
    person = Person(app.url, "Ada Owner").founds("Harbour Bank")
    postmaster = app.postmaster
    async with streaming(person) as streams:
        reading = [asyncio.create_task(rest_of(each)) for each in streams]
        assert await asyncio.to_thread(app.end, signal.SIGTERM) < 6
        ends = await asyncio.gather(*reading)
    assert all(end.startswith(b"retry: ") or b"id: " in end for end in ends)
    person.leaves()
    assert app.process.returncode == 0
    assert not Path(f"/proc/{postmaster}").exists()
    assert app.said.strip() == ""


def test_ctrl_c_ends_it_without_a_traceback(app: Cutwater) -> None:
    postmaster = app.postmaster
    assert app.end(signal.SIGINT) < 6
    assert "Traceback" not in app.said
    assert app.process.returncode in (0, 130, -signal.SIGINT)
    assert not Path(f"/proc/{postmaster}").exists()
