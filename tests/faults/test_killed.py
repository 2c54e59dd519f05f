"""kill -9 of the app and of PostgreSQL while a run is in full swing: what was acknowledged is there, once."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from tests.faults.people import Person, chains
from tests.integrations.mail_server import MailServer, serving
from tests.serving import Cutwater, ended_afterwards, free_port

CHAINS, LENGTH = 4, 10
MOVES = CHAINS * LENGTH * 2
RECOVERY = 60  # seconds, on two cores that others use too: what is broken never comes back at all
LOGGED = "select data->>'move', subject_key from event_log where name = 'step.moved' and context_key = %s"
STATES = """
select s.code, s.state, (
    select e.data->>'state' from event_log e
    where e.subject_id = s.id and e.name = 'step.moved' order by e.id desc limit 1
)
from run_step s join run r on r.id = s.run_id where r.key = %s
"""
QUEUED = "select id from procrastinate_jobs where status = 'todo' and task_name like 'notifications.%%'"


class Walkers:
    """One thread per chain of steps: start, finish, next; what gets no answer is sent again, with its key."""

    def __init__(self, person: Person, run: str) -> None:
        self.person, self.run = person, run
        self.acknowledged: list[tuple[str, str]] = []
        self.unanswered: list[str] = []
        self.refused: list[str] = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.threads = [threading.Thread(target=self.walk, args=(name,)) for name in "ABCDEFGH"[:CHAINS]]
        for each in self.threads:
            each.start()

    def walk(self, chain: str) -> None:
        for number in range(1, LENGTH + 1):
            for move in ("start", "finish"):
                if not self.move(f"{chain}-{number}", move):
                    return

    def move(self, code: str, move: str) -> bool:
        """Until it is acknowledged (True) or refused (False)."""
        key, deadline = str(uuid4()), time.monotonic() + 60
        while time.monotonic() < deadline:
            self.may_go_on.wait(60)
            try:
                answer = self.person.api.post(
                    f"/runs/{self.run}/steps/{code}/moves",
                    json={"move": move},
                    headers={"Idempotency-Key": key},
                )
            except httpx2.TransportError as lost:
                self.unanswered.append(type(lost).__name__)
            else:
                if answer.status_code == 200:
                    self.acknowledged.append((move, code))
                    return True
                if answer.status_code != 503:
                    break
                self.unanswered.append("503")
            time.sleep(0.05)
            answer = None
        self.refused.append(f"{move} {code}: {answer.text if answer is not None else 'no answer'}")
        return False

    def until(self, met: Callable[[], bool]) -> None:
        """Wait for something the walkers bring about."""
        deadline = time.monotonic() + 60
        while not met():
            assert not self.refused, self.refused
            assert time.monotonic() < deadline, (len(self.acknowledged), self.unanswered[-3:])
            time.sleep(0.01)

    def arrive(self) -> None:
        """Wait for all of them."""
        for each in self.threads:
            each.join(90)
        assert self.refused == []
        assert len(self.acknowledged) == MOVES


def assert_nothing_is_half_applied(app: Cutwater, run: str) -> None:
    """Every step is where its last event says."""
    for code, state, said in app.query(STATES, run):
        assert state == said or (said is None and state in ("PENDING", "READY")), (code, state, said)


@pytest.fixture(scope="module")
def mail_at() -> int:
    return free_port()


@pytest.fixture(scope="module")
def app(copied: Callable[[str], Path], mail_at: int) -> Iterator[Cutwater]:
    made = Cutwater(copied("killed"), CUTWATER_SMTP_URL=f"smtp+plain://localhost:{mail_at}")
    with ended_afterwards(made):
        yield made


@pytest.fixture(scope="module")
def pilot(app: Cutwater) -> Iterator[Person]:
    """The first life of the server has no worker: what is queued in it waits for the next."""
    app.start(CUTWATER_WORKER="false")
    person = Person(app.url, "Pia Pilot").founds("Harbour Bank")
    yield person
    person.leaves()


def killed_in_the_middle(app: Cutwater, pilot: Person) -> tuple[Walkers, list[str]]:
    """Kill the app under load; gives the walkers, who wait, and whom it was asked to mail before."""
    run = pilot.starts_a_run(chains(CHAINS, LENGTH))
    invited = [f"guest-{number}@bank.example" for number in range(6)]
    walkers = Walkers(pilot, run)
    for email in invited:
        pilot.post("/invitations", {"email": email, "role": "VIEWER"})
    walkers.until(lambda: len(walkers.acknowledged) > MOVES // 3)
    app.process.kill()
    app.process.wait(10)
    walkers.may_go_on.clear()
    return walkers, invited


async def test_a_killed_app_comes_back_with_every_acknowledged_move_and_runs_its_jobs_once(
    app: Cutwater, pilot: Person, mail_at: int
) -> None:
    walkers, invited = await asyncio.to_thread(killed_in_the_middle, app, pilot)
    acknowledged = set(walkers.acknowledged)
    async with serving(MailServer(), port=mail_at) as server:
        begun = time.monotonic()
        await asyncio.to_thread(app.start)
        assert time.monotonic() - begun < RECOVERY
        logged = await asyncio.to_thread(app.query, LOGGED, walkers.run)
        assert acknowledged <= set(logged)
        assert len(logged) - len(acknowledged) <= CHAINS
        assert_nothing_is_half_applied(app, walkers.run)
        walkers.may_go_on.set()
        await asyncio.to_thread(walkers.arrive)
        async with asyncio.timeout(60):
            while not set(invited) <= {each["To"] for each in server.letters}:
                await asyncio.sleep(0.05)
        verified = await asyncio.to_thread(app.run, "audit", "verify")
    assert sorted(each["To"] for each in server.letters if each["To"] != pilot.email) == invited
    assert len({each["Message-ID"] for each in server.letters}) == len(server.letters)
    assert walkers.unanswered
    assert sorted(app.query(LOGGED, walkers.run)) == sorted(walkers.acknowledged)
    assert {state for _, state, _ in app.query(STATES, walkers.run)} == {"COMPLETED"}
    assert (verified.returncode, app.query(QUEUED)) == (0, []), verified.stdout


def test_a_killed_postgresql_is_healed_and_what_was_acknowledged_is_stored_once(
    app: Cutwater, pilot: Person
) -> None:
    run = pilot.starts_a_run(chains(CHAINS, LENGTH))
    serving, first = app.process.pid, app.postmaster
    walkers = Walkers(pilot, run)
    walkers.until(lambda: len(walkers.acknowledged) > MOVES // 3)
    os.kill(first, signal.SIGKILL)
    killed = time.monotonic()
    walkers.until(lambda: app.postmaster not in (0, first))
    app.wait_until_ready()
    healed = time.monotonic() - killed
    walkers.arrive()
    assert (app.process.pid, app.process.poll()) == (serving, None)
    assert walkers.unanswered
    assert set(walkers.unanswered) == {"503"}
    assert healed < RECOVERY
    assert sorted(app.query(LOGGED, run)) == sorted(walkers.acknowledged)
    assert_nothing_is_half_applied(app, run)
    verified = app.run("audit", "verify")
    assert verified.returncode == 0, verified.stdout
