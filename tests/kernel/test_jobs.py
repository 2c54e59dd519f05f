"""Jobs commit with the change that causes them, or not at all."""

from uuid import UUID

import pytest
from structlog.testing import capture_logs

from cutwater import operations
from cutwater.kernel.db import Database
from cutwater.kernel.jobs import JobRun, defer, job
from cutwater.kernel.queue import queue_app
from cutwater.kernel.settings import Settings
from tests import serving, world

SEEN: list[tuple[UUID, int]] = []


@pytest.fixture(autouse=True)
def declared() -> None:
    SEEN.clear()

    @job("tests.note", retries=0)
    async def note(run: JobRun, *, organization_id: UUID, number: int) -> None:
        if number < 0:
            raise ValueError("a dead job")
        SEEN.append((organization_id, number))


async def work(database: Database) -> None:
    """Run what is queued until the queue is empty."""
    app = queue_app(database.conninfo, "cutwater_worker", database, Settings(), {})
    async with app.open_async():
        await app.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)


async def test_a_job_runs_if_and_only_if_its_transaction_commits(database: Database) -> None:
    actor = await world.organization_in(database)
    async with database.tx(actor) as tx:
        await defer(tx, "tests.note", organization_id=actor.organization_id, number=1)
    with pytest.raises(RuntimeError, match="changed my mind"):
        async with database.tx(actor) as tx:
            await defer(tx, "tests.note", organization_id=actor.organization_id, number=2)
            raise RuntimeError("changed my mind")
    await work(database)
    assert SEEN == [(actor.organization_id, 1)]


async def test_a_duplicate_queueing_lock_leaves_the_transaction_usable(database: Database) -> None:
    actor = await world.organization_in(database)
    async with database.tx(actor) as tx:
        ids = {"organization_id": actor.organization_id, "number": 3}
        assert await defer(tx, "tests.note", queueing_lock="once", **ids)
        assert not await defer(tx, "tests.note", queueing_lock="once", **ids)
        assert await defer(tx, "tests.note", organization_id=actor.organization_id, number=4)
    await work(database)
    assert sorted(number for _, number in SEEN) == [3, 4]


async def test_an_unknown_job_is_refused_before_it_is_queued(database: Database) -> None:
    with pytest.raises(LookupError, match=r"tests\.nowhere"):
        async with database.tx(None) as tx:
            await defer(tx, "tests.nowhere")


async def test_a_dead_job_is_listed_and_logged_and_runs_again_when_asked(database: Database) -> None:
    actor = await world.organization_in(database)
    async with database.tx(actor) as tx:
        await defer(tx, "tests.note", organization_id=actor.organization_id, number=-1)
    with capture_logs() as said:
        await work(database)
    runtime = serving.runtime(database)
    dead = await operations.jobs(runtime, "failed")
    assert [row["job"] for row in dead] == ["tests.note"]
    (told,) = [line for line in said if line["event"] == "job_failed"]
    assert (told["job"], told["attempt"], told["of"]) == ("tests.note", 1, 1)
    assert told["exc_info"]
    assert await operations.retry(runtime, [dead[0]["id"]]) == [dead[0]["id"]]
    assert [row["id"] for row in await operations.jobs(runtime, "todo")] == [dead[0]["id"]]
