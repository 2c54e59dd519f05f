"""A run from its plan to its end: copies, planned times, derived READY, its own moves."""

import time
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import runbooks
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Conflict, Forbidden, Invalid
from cutwater.kernel.reader import SessionReader
from cutwater.runbooks import RunPlan
from cutwater.runbooks.core.facts import Communications
from cutwater.runbooks.runs.models import RunInstruction, RunLink, RunStep
from cutwater.runbooks.runs.queries.migrations import migration
from cutwater.runbooks.runs.queries.runs import read_head
from cutwater.runbooks.runs.service import migrations, readiness, runs
from cutwater.runbooks.runs.service.runs import held_run
from cutwater.runbooks.steps.service.moves import move_step
from tests import world
from tests.runbooks import factories
from tests.runbooks.factories import START


async def test_a_run_is_a_full_copy_with_its_planned_times(tx: AsyncSession, owner: Actor) -> None:
    run = await factories.run(tx, owner, started=False)
    assert (run.key, run.type, run.is_rehearsal, run.communications) == ("MIG-1-CUT1", "CUTOVER", False, "ON")
    found = (await tx.scalars(select(RunStep).order_by(RunStep.position))).all()
    assert [
        (each.code, (each.planned_start - START).seconds // 60, (each.planned_end - START).seconds // 60)
        for each in found
    ] == [("A-1", 0, 30), ("A-2", 30, 90), ("A-3", 105, 195), ("A-4", 30, 60)]
    assert run.planned_end == START + timedelta(minutes=195)
    assert [each.deadline for each in found] == [None, None, START + timedelta(hours=4), None]
    assert {each.state for each in found} == {"PENDING"}
    assert await tx.scalar(select(func.count()).select_from(RunInstruction)) == 2


async def test_rehearsals_are_told_apart_and_write_to_the_tester_only(tx: AsyncSession, owner: Actor) -> None:
    key = await factories.runbook(tx, owner)
    programme = await runbooks.create_migration(tx, owner, "Ledger")
    for type, expected in (
        ("RUN", ("MIG-1-RUN1", True, "TEST")),
        ("DR", ("MIG-1-DR1", True, "TEST")),
        ("RUN", ("MIG-1-RUN2", True, "TEST")),
        ("CUTOVER", ("MIG-1-CUT1", False, "ON")),
    ):
        plan = RunPlan(runbook_key=key, type=type, planned_start=START)
        made = await runbooks.create_run(tx, owner, programme.key, plan)
        run = await read_head(SessionReader(tx), made.key)
        assert (run.key, run.is_rehearsal, run.communications) == expected


async def test_a_step_without_links_follows_its_phase(tx: AsyncSession, owner: Actor) -> None:
    run = await factories.run(
        tx, owner, "Code,Title,Phase,Duration,After\nA,a,p,5,\nB,b,p,5,A\nC,c,p,5,\nD,d,q,5,\n"
    )
    assert await factories.states(tx, run) == {"A": "READY", "B": "PENDING", "C": "PENDING", "D": "READY"}
    implied = (await tx.execute(select(RunLink.is_implied, RunLink.kind))).all()
    assert sorted(map(tuple, implied)) == [(False, "FS"), (True, "FS")]


async def test_only_published_versions_become_runs(tx: AsyncSession, owner: Actor) -> None:
    key = await factories.runbook(tx, owner, publish=False)
    programme = await runbooks.create_migration(tx, owner, "Ledger")
    plan = RunPlan(runbook_key=key, type="RUN", planned_start=START)
    with pytest.raises(Conflict, match="no published version"):
        await runbooks.create_run(tx, owner, programme.key, plan)
    plan = RunPlan(runbook_key=key, type="RUN", planned_start=START, version=1)
    with pytest.raises(Conflict, match="is a draft"):
        await runbooks.create_run(tx, owner, programme.key, plan)


@pytest.mark.parametrize(
    ("more", "field"),
    [({"type": "PARTY"}, "type"), ({"type": "RUN", "window_end": START}, "window_end")],
)
async def test_a_wrong_plan_names_its_field(
    tx: AsyncSession, owner: Actor, more: dict[str, object], field: str
) -> None:
    key = await factories.runbook(tx, owner)
    programme = await runbooks.create_migration(tx, owner, "Ledger")
    plan = RunPlan(runbook_key=key, planned_start=START, **more)  # type: ignore[arg-type]
    with pytest.raises(Invalid) as caught:
        await runbooks.create_run(tx, owner, programme.key, plan)
    assert [each.field for each in caught.value.fields] == [field]


async def test_starting_the_run_makes_the_first_steps_ready_with_one_event_each(
    tx: AsyncSession, owner: Actor
) -> None:
    run = await factories.run(tx, owner, started=False)
    assert set((await factories.states(tx, run)).values()) == {"PENDING"}
    await runbooks.move_run(tx, owner, run.key, "start")
    assert await factories.states(tx, run) == {
        "A-1": "READY",
        "A-2": "PENDING",
        "A-3": "PENDING",
        "A-4": "PENDING",
    }
    assert [key for key, _ in await factories.logged(tx, "step.became_ready")] == ["A-1"]
    assert (await factories.step(tx, run, "A-1")).ready_at is not None


async def test_lags_and_fixed_starts_wake_the_run_one_after_the_other(tx: AsyncSession, owner: Actor) -> None:
    csv = "Code,Title,Duration,After,Not before\nA,a,5,,\nB,b,5,A FS+30,\nC,c,5,A soft,T+20m\n"
    run = await factories.run(tx, owner, csv, started=False)
    with clock.frozen(START):
        await runbooks.move_run(tx, owner, run.key, "start")
        assert await factories.states(tx, run) == {"A": "READY", "B": "PENDING", "C": "PENDING"}
        await move_step(tx, owner, run.key, "A", "start")
        await move_step(tx, owner, run.key, "A", "finish")
    assert await wakes(tx) == [START + timedelta(minutes=20), START + timedelta(minutes=30)]
    with clock.frozen(START + timedelta(minutes=20)):
        await readiness.settle(tx, await held_run(tx, run.id))
    assert await factories.states(tx, run) == {"A": "COMPLETED", "B": "PENDING", "C": "READY"}
    assert await wakes(tx) == [START + timedelta(minutes=20), START + timedelta(minutes=30)]
    with clock.frozen(START + timedelta(minutes=30)):
        await readiness.settle(tx, await held_run(tx, run.id))
    assert (await factories.states(tx, run))["B"] == "READY"


async def wakes(tx: AsyncSession) -> list[datetime]:
    """When the jobs that wake runs are due."""
    found = "select scheduled_at from procrastinate_jobs where task_name = 'runbooks.wake' order by id"
    return list((await tx.execute(text(found))).scalars())


@pytest.mark.parametrize("move", ["start", "pause", "resume", "complete", "abort"])
async def test_only_pilots_move_a_run(tx: AsyncSession, owner: Actor, move: str) -> None:
    run = await factories.run(tx, owner)
    member = await world.person(tx, owner, "MEMBER")
    with pytest.raises(Forbidden):
        await runbooks.move_run(tx, member, run.key, move, note="x")


async def test_aborting_needs_a_reason(tx: AsyncSession, owner: Actor) -> None:
    run = await factories.run(tx, owner)
    with pytest.raises(Conflict, match="needs a reason"):
        await runbooks.move_run(tx, owner, run.key, "abort")
    ended = await runbooks.move_run(tx, owner, run.key, "abort", note="no-go")
    assert ended.state == "ABORTED"


async def test_a_run_is_changed_until_it_has_ended(tx: AsyncSession, owner: Actor) -> None:
    run = await factories.run(tx, owner)
    await runs.update_run(tx, owner, run.key, communications=Communications.OFF, title="The night")
    changed = await read_head(SessionReader(tx), run.key)
    assert (changed.communications, changed.title, changed.revision) == ("OFF", "The night", 3)
    with pytest.raises(Invalid):
        await runs.update_run(tx, owner, run.key, window_end=START)
    await runbooks.move_run(tx, owner, run.key, "abort", note="x")
    with pytest.raises(Conflict):
        await runs.update_run(tx, owner, run.key, title="x")


async def test_a_migration_is_renamed(tx: AsyncSession, owner: Actor) -> None:
    made = await runbooks.create_migration(tx, owner, "Ledger", zone="Europe/Zurich")
    await migrations.update_migration(tx, owner, made.key, title="Ledger 2", description="secret plan")
    changed = await migration(SessionReader(tx), made.key)
    assert (changed.title, changed.description, changed.revision) == ("Ledger 2", "secret plan", 2)
    _, data = (await factories.logged(tx, "migration.updated"))[0]
    assert data["changes"]["title"] == ["Ledger", "Ledger 2"]
    assert [set(side) for side in data["changes"]["description"]] == [{"note"}, {"note"}]
    assert "secret plan" not in str(data)


async def test_instantiating_1174_steps_takes_less_than_two_seconds(tx: AsyncSession, owner: Actor) -> None:
    rows = ["Code,Title,Phase,Duration,After,Instructions"]
    for at in range(1174):
        after = f"S-{at - 1}; S-{at // 2} SS" if at > 2 else ""
        rows.append(f"S-{at},Step {at},Phase {at // 18},15,{after},! one / two")
    key = await factories.runbook(tx, owner, "\n".join(rows))
    programme = await runbooks.create_migration(tx, owner, "Big")
    began = time.process_time()  # not of the clock on the wall: other processes may be busy
    plan = RunPlan(runbook_key=key, type="RUN", planned_start=START)
    await runbooks.create_run(tx, owner, programme.key, plan)
    assert time.process_time() - began < 4  # the aim is 2 s on a quiet machine; the bench holds it
    assert await tx.scalar(select(func.count()).select_from(RunStep)) == 1174
