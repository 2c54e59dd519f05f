import httpx2
import pytest
from sqlalchemy import text

from cutwater.kernel.db import Database
from cutwater.kernel.jobs import defer, job
from cutwater.kernel.queue import queue_app
from cutwater.kernel.settings import Settings, SettingsError
from cutwater.worker import metrics_shown, rescue
from tests import world
from tests.serving import free_port

RAN: list[str] = []


@job("test.rescued")
async def rescued(_run: object, *, what: str) -> None:
    RAN.append(what)


def test_a_worker_of_its_own_shows_its_metrics_while_it_runs() -> None:
    config = Settings(worker_metrics_port=free_port())
    address = f"http://127.0.0.1:{config.worker_metrics_port}/metrics"
    with metrics_shown(config):
        assert "cutwater_job_runs_total" in httpx2.get(address).text
        with pytest.raises(SettingsError, match="CUTWATER_WORKER_METRICS_PORT"), metrics_shown(config):
            pass
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(address)


async def test_what_a_killed_worker_was_doing_is_done_by_the_next_one(database: Database) -> None:
    actor = await world.organization_in(database)
    async with database.tx(actor) as tx:
        await defer(tx, "test.rescued", what="mail")
    queue = queue_app(database.conninfo, "cutwater_worker", database, Settings(), {})
    async with queue.open_async():
        async with await database.connect(autocommit=True) as killed:
            await killed.execute("set role cutwater_worker")
            # what a worker leaves behind that fetched the job and was killed a minute ago
            made = "insert into procrastinate_workers (last_heartbeat) values (now() - interval '1 minute')"
            await killed.execute(made)
            await killed.execute(
                "update procrastinate_jobs set status = 'doing',"
                " worker_id = (select max(id) from procrastinate_workers)"
            )
        await queue.run_worker_async(wait=False, install_signal_handlers=False)
        left = text("select count(*) from procrastinate_jobs where status = 'doing'")
        async with database.tx(actor) as tx:
            assert await tx.scalar(left) == 1
        assert await rescue(queue) == 1
        assert await rescue(queue) == 0
        await queue.run_worker_async(wait=False, install_signal_handlers=False)
    assert RAN == ["mail"]


async def test_what_a_living_worker_is_doing_is_left_to_it(database: Database) -> None:
    actor = await world.organization_in(database)
    async with database.tx(actor) as tx:
        await defer(tx, "test.rescued", what="later")
    queue = queue_app(database.conninfo, "cutwater_worker", database, Settings(), {})
    async with queue.open_async():
        async with await database.connect(autocommit=True) as alive:
            await alive.execute("set role cutwater_worker")
            await alive.execute("insert into procrastinate_workers (last_heartbeat) values (now())")
            await alive.execute(
                "update procrastinate_jobs set status = 'doing',"
                " worker_id = (select max(id) from procrastinate_workers)"
            )
        assert await rescue(queue) == 0
