"""The runsheet as it is computed, kept and told."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import runbooks
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.ids import new_id
from cutwater.kernel.reader import SessionReader
from cutwater.runbooks.steps.service.moves import move_step
from cutwater.runbooks.steps.views import runsheets
from tests import world
from tests.runbooks import factories
from tests.runbooks.factories import START


async def test_the_sheet_follows_every_tick(tx: AsyncSession, owner: Actor) -> None:
    run = await factories.run(tx, owner, started=False)
    reader = SessionReader(tx)
    with clock.frozen(START):
        await runbooks.move_run(tx, owner, run.key, "start")
        await move_step(tx, owner, run.key, "A-1", "start")
        await tx.flush()
        before = await runsheets.sheet(reader, run.key)
    assert before.ends_at == START + timedelta(minutes=195)
    assert (before.counters["running"], before.counters["critical"], before.total) == (1, 3, 4)
    with clock.frozen(START + timedelta(minutes=50)):
        late = await runsheets.sheet(reader, run.key)
        assert late.late_minutes == 20
        assert [each.late_minutes for each in late.figures] == [20, 0, 0, 0]
        await move_step(tx, owner, run.key, "A-1", "finish")
        await tx.flush()
        after = await runsheets.sheet(reader, run.key)
    assert after.ends_at == START + timedelta(minutes=215)
    assert (after.done, after.counters["startable"], after.counters["late"]) == (1, 1, 0)
    assert [each.slack_minutes for each in after.figures] == [None, 0, 0, 135]


async def test_reading_a_sheet_again_takes_one_trip_until_something_happens(database: Database) -> None:
    owner = await world.organization_in(database)
    async with database.tx(owner) as tx:
        run = await factories.run(tx, owner)
    trips = []
    with clock.frozen(START):
        for _ in range(2):
            reader = database.reader(owner)
            await runsheets.sheet(reader, run.key)
            trips.append(reader.trips)
        async with database.tx(owner) as tx:
            await move_step(tx, owner, run.key, "A-1", "start")
        reader = database.reader(owner)
        found = await runsheets.sheet(reader, run.key)
        trips.append(reader.trips)
    assert trips == [3, 1, 3]
    assert found.counters["running"] == 1


async def test_a_frame_holds_only_what_changed(tx: AsyncSession, owner: Actor) -> None:
    run = await factories.run(tx, owner)
    await tx.flush()
    reader = SessionReader(tx)
    assert owner.organization_id is not None
    with clock.frozen(START):
        whole = await runbooks.live_frame(reader, owner.organization_id, run.id, [])
        assert whole is not None
        assert len(whole["steps"]) == 4
        await move_step(tx, owner, run.key, "A-1", "start")
        await tx.flush()
        frame = await runbooks.live_frame(reader, owner.organization_id, run.id, [])
    assert frame is not None
    step = await factories.step(tx, run, "A-1")
    assert frame["steps"] == {
        str(step.id): {
            "status": "IN_PROGRESS", "forecast_start": None, "startable": False, "revision": 2,
            "started_at": "2026-11-21T22:00Z",
        }
    }  # fmt: skip
    assert frame["run"]["counters"]["running"] == 1
    assert await runbooks.live_frame(reader, owner.organization_id, new_id(), []) is None
