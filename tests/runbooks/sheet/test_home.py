"""The home page's first question: where are the runs, and what of them waits for whom."""

from datetime import timedelta

import httpx2
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.reader import SessionReader
from cutwater.runbooks import move_run, move_step
from cutwater.runbooks.sheet.views import home
from cutwater.runbooks.steps.service.assignments import Owners, assign_step
from tests import world
from tests.runbooks import factories
from tests.runbooks.factories import START


def codes(found: home.Overview) -> dict[str, list[str]]:
    """The codes of the viewer's steps, by place."""
    return {place: [step.row.code for step in steps] for place, steps in found.steps.items() if steps}


async def test_a_persons_steps_stand_by_what_can_be_done_with_them(tx: AsyncSession, owner: Actor) -> None:
    with clock.frozen(START):
        run = await factories.run(tx, owner)
        for code in ("A-1", "A-3", "A-4"):
            await assign_step(tx, owner, run.key, code, Owners(assignee_id=owner.user_id))
        assert codes(await home.overview(SessionReader(tx), owner)) == {
            "startable": ["A-1"],
            "ahead": ["A-4", "A-3"],
        }
        await move_step(tx, owner, run.key, "A-1", "start")
        assert codes(await home.overview(SessionReader(tx), owner))["running"] == ["A-1"]


async def test_nobody_sees_steps_of_others_as_their_own(
    tx: AsyncSession, owner: Actor, people: dict[str, Actor]
) -> None:
    with clock.frozen(START):
        await factories.run(tx, owner)
        found = await home.overview(SessionReader(tx), people["VIEWER"])
    assert (codes(found), [sheet.total for sheet in found.on]) == ({}, [4])


async def test_what_is_late_is_named_to_everybody_and_what_only_waits_is_not(
    tx: AsyncSession, owner: Actor
) -> None:
    with clock.frozen(START):
        await factories.run(tx, owner)
    with clock.frozen(START + timedelta(minutes=20)):
        late = (await home.overview(SessionReader(tx), owner)).late
    assert [(step.row.code, step.figures.late_minutes) for step in late] == [("A-1", 20)]


async def test_a_planned_run_is_ahead_and_one_that_has_ended_is_neither(
    tx: AsyncSession, owner: Actor
) -> None:
    with clock.frozen(START):
        run = await factories.run(tx, owner, started=False)
        found = await home.overview(SessionReader(tx), owner)
        assert ([head.key for head in found.planned], found.on, found.is_new) == ([run.key], [], False)
        await move_run(tx, owner, run.key, "abort", note="Not this year")
        found = await home.overview(SessionReader(tx), owner)
    assert (found.planned, found.on, found.is_new) == ([], [], False)


async def test_home_costs_one_trip_while_the_sheets_of_its_runs_are_known(database: Database) -> None:
    owner = await world.organization_in(database)
    with clock.frozen(START):
        async with database.tx(owner) as tx:
            await factories.run(tx, owner)
            await factories.run(tx, owner)
        trips = []
        for _ in range(2):
            reader = database.reader(owner)
            await home.overview(reader, owner)
            trips.append(reader.trips)
    assert trips == [5, 1]


async def test_a_new_organization_is_told_its_first_step_and_a_viewer_who_takes_it(
    browser: httpx2.AsyncClient,
) -> None:
    page = (await browser.get("/runs/summary")).text
    assert "Plan a cutover" in page
    assert 'href="/o/' in page.split("Import a worksheet")[0].rsplit("<a", 1)[1]
