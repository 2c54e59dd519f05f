"""Requirements: page and API show the same table, and only what the table knows is switched."""

import httpx2
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Forbidden, NotFound
from cutwater.kernel.reader import SessionReader
from cutwater.releases.core.facts import Requirement, Status
from cutwater.releases.requirements import views
from cutwater.releases.requirements.service import switch_requirement
from tests import world
from tests.releases.factories import logged


async def test_a_switch_holds_for_page_and_api(page: httpx2.AsyncClient, api: httpx2.AsyncClient) -> None:
    switched = await api.put("/requirements/IN_REVIEW/HAS_ITEMS", json={"is_on": False})
    assert switched.json()["data"]["is_on"] is False
    assert "Changed" in (await page.get("/releases/requirements")).text
    switch = {"target": "IN_REVIEW", "requirement": "HAS_ITEMS", "is_on": "true"}
    assert (await page.post("/releases/requirements", data=switch)).status_code == 303
    rows = (await api.get("/requirements")).json()["data"]
    table = {(row["target"], row["requirement"]): (row["is_on"], row["is_default"]) for row in rows}
    assert table["IN_REVIEW", "HAS_ITEMS"] == (True, True)
    assert table["READY_STAGING", "ITEMS_DONE"] == (True, True)
    assert (await api.put("/requirements/PLANNING/HAS_ITEMS", json={"is_on": True})).status_code == 404


async def test_a_switch_is_logged_once_with_what_it_was(tx: AsyncSession, owner: Actor) -> None:
    for _ in range(2):
        await switch_requirement(tx, owner, Status.IN_REVIEW, Requirement.HAS_ITEMS, is_on=False)
    (kept,) = await logged(tx, "requirement.switched")
    assert kept["changes"] == {"HAS_ITEMS": [True, False]}
    demand = await views.demand(SessionReader(tx), Status.IN_REVIEW, Requirement.HAS_ITEMS)
    assert (demand.is_on, demand.is_default) == (False, True)


async def test_only_a_manager_switches_and_only_what_is_there(tx: AsyncSession, owner: Actor) -> None:
    member = await world.person(tx, owner, "MEMBER")
    with pytest.raises(Forbidden):
        await switch_requirement(tx, member, Status.IN_REVIEW, Requirement.HAS_ITEMS, is_on=False)
    with pytest.raises(NotFound):
        await switch_requirement(tx, owner, Status.PLANNING, Requirement.HAS_ITEMS, is_on=True)
