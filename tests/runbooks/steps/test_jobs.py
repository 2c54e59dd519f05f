"""What a worker does for runs: waking steps, putting releases live, keeping refusals."""

from datetime import timedelta

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import runbooks
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.jobs import defer
from cutwater.kernel.queue import queue_app
from cutwater.kernel.settings import Settings
from cutwater.releases.records.service import ReleaseDraft, create_release
from cutwater.releases.services.service import ServiceDraft, create_service
from cutwater.runbooks import Moving
from cutwater.runbooks.core.rows import RunHead
from cutwater.runbooks.runs.models import Run
from cutwater.runbooks.steps.service.moves import move_step
from tests import world
from tests.runbooks import factories

ONE = "Code,Title,Duration,After\nGO,Switch over,5,\nEND,Announce,5,GO\n"


async def work(database: Database) -> None:
    """Everything that is queued and due."""
    queue = queue_app(database.conninfo, "cutwater_worker", database, Settings(), {})
    async with queue.open_async():
        await queue.run_worker_async(wait=False, install_signal_handlers=False)


async def a_release(tx: AsyncSession, owner: Actor) -> str:
    service = ServiceDraft(name="Payments")
    made = await create_service(tx, owner, service)
    draft = ReleaseDraft(service=made.key, title="Switch the ledger")
    return str((await create_release(tx, owner, draft)).key)


async def ready_for_production(tx: AsyncSession, key: str) -> None:
    """As if it had gone the whole way; its lifecycle has tests of its own."""
    await tx.execute(text("update release set status = 'READY_PRODUCTION' where key = :key"), {"key": key})


async def finished(database: Database, owner: Actor, *, type: str, ready: bool) -> tuple[RunHead, str]:
    """A run whose step GO puts a release live, and is finished."""
    async with database.tx(owner) as tx:
        run, key = await factories.run(tx, owner, ONE, type=type), await a_release(tx, owner)
        if ready:
            await ready_for_production(tx, key)
        await runbooks.link_release(tx, owner, run.key, "GO", key)
        await move_step(tx, owner, run.key, "GO", "start")
        await move_step(tx, owner, run.key, "GO", "finish")
        step = await factories.step(tx, run, "GO")
        assert (step.state, step.deploy_state) == ("COMPLETED", "QUEUED")
    await work(database)
    return run, key


async def test_finishing_a_step_of_a_live_run_puts_its_release_live(database: Database) -> None:
    owner = await world.organization_in(database)
    run, key = await finished(database, owner, type="CUTOVER", ready=True)
    async with database.tx(owner) as tx:
        assert (await factories.step(tx, run, "GO")).deploy_state == "DEPLOYED"
        assert (
            await tx.scalar(text("select status from release where key = :key"), {"key": key}) == "DEPLOYED"
        )
        assert len(await factories.logged(tx, "step.release_deployed")) == 1
        moved = [data for _, data in await factories.logged(tx, "release.moved")]
    assert moved[-1]["step_key"] == f"{run.key}/GO"


async def test_a_refusal_is_kept_with_its_reasons_and_told_and_the_step_stays_done(
    database: Database,
) -> None:
    owner = await world.organization_in(database)
    run, key = await finished(database, owner, type="CUTOVER", ready=False)
    async with database.tx(owner) as tx:
        step = await factories.step(tx, run, "GO")
        assert (step.state, step.deploy_state) == ("COMPLETED", "REFUSED")
        assert step.deploy_note
        ((code, data),) = await factories.logged(tx, "step.release_refused")
        told = (await tx.execute(text("select title, path from inbox_item"))).all()
    assert (code, data["release_key"]) == ("GO", key)
    assert data["obstacles"]
    assert step.deploy_note not in str(data)
    assert any(f"{key} could not be put live by GO" in row.title for row in told)
    assert any(row.path == f"/runs/{run.key}/steps/GO" for row in told)


async def test_a_rehearsal_deploys_nothing(database: Database) -> None:
    owner = await world.organization_in(database)
    run, key = await finished(database, owner, type="DR", ready=True)
    async with database.tx(owner) as tx:
        assert (await factories.step(tx, run, "GO")).deploy_state == "REHEARSED"
        status = await tx.scalar(text("select status from release where key = :key"), {"key": key})
    assert status == "READY_PRODUCTION"


async def test_a_job_that_runs_twice_deploys_once(database: Database) -> None:
    owner = await world.organization_in(database)
    run, _ = await finished(database, owner, type="CUTOVER", ready=True)
    async with database.tx(owner) as tx:
        step = await factories.step(tx, run, "GO")
        again = {"organization_id": owner.organization_id, "step_id": step.id, "person_id": owner.user_id}
        await defer(tx, "runbooks.deploy_release", **again)
    await work(database)
    async with database.tx(owner) as tx:
        assert len(await factories.logged(tx, "step.release_deployed")) == 1
        assert (await factories.step(tx, run, "GO")).deploy_state == "DEPLOYED"


async def test_a_reopened_step_can_put_its_release_live_again_after_a_refusal(database: Database) -> None:
    owner = await world.organization_in(database)
    run, key = await finished(database, owner, type="CUTOVER", ready=False)
    async with database.tx(owner) as tx:
        await ready_for_production(tx, key)
        await move_step(tx, owner, run.key, "GO", "reopen", Moving(reason="release was not ready"))
        await move_step(tx, owner, run.key, "GO", "start")
        await move_step(tx, owner, run.key, "GO", "finish")
    await work(database)
    async with database.tx(owner) as tx:
        assert (await factories.step(tx, run, "GO")).deploy_state == "DEPLOYED"


async def test_a_lag_that_is_over_wakes_its_step(database: Database) -> None:
    owner = await world.organization_in(database)
    async with database.tx(owner) as tx:
        run = await factories.run(tx, owner, "Code,Title,Duration,After\nA,a,5,\nB,b,5,A FS+10\n")
        with clock.frozen(clock.now() - timedelta(minutes=20)):
            await move_step(tx, owner, run.key, "A", "start")
            await move_step(tx, owner, run.key, "A", "finish")
        assert (await factories.states(tx, run))["B"] == "PENDING"
    await work(database)
    async with database.tx(owner) as tx:
        assert (await factories.states(tx, run))["B"] == "READY"
        assert [key for key, _ in await factories.logged(tx, "step.became_ready")] == ["A", "B"]
        ticks = await tx.scalar(select(Run.tick).where(Run.id == run.id))
    assert ticks is not None
    assert ticks > run.tick
