"""What may happen next, asked before the click: page and API say the same, permissions included."""

import httpx2
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.errors import Forbidden
from cutwater.kernel.reader import SessionReader
from cutwater.releases.core.facts import Status
from cutwater.releases.core.lifecycle import MOVES
from cutwater.releases.moves.queries import neighbourhood_of
from cutwater.releases.moves.service import move_release
from cutwater.releases.moves.views import moves_of
from tests import world
from tests.releases.factories import a_release, made_by, release_at
from tests.serving import Served


async def test_the_moves_say_beforehand_what_the_move_would_be_refused_for(api: httpx2.AsyncClient) -> None:
    await made_by(api)
    await api.post("/releases/R-1/moves", json={"target": "IN_DEVELOPMENT"})
    options = (await api.get("/releases/R-1/moves")).json()["data"]
    assert [(each["target"], [o["code"] for o in each["obstacles"]]) for each in options] == [
        ("IN_REVIEW", ["requirement.has_items"]),
        ("PLANNING", []),
        ("CANCELLED", []),
    ]


async def test_a_viewer_reads_the_same_permission_obstacle_in_the_api_and_on_the_page(
    served: Served, database: Database, boss: Actor
) -> None:
    async with database.tx(boss) as tx:
        release = await release_at(tx, boss, Status.IN_DEVELOPMENT)
        viewer = await world.person(tx, boss, "VIEWER")
    async with await served.program(viewer) as api, await served.browser(viewer) as page:
        options = (await api.get(f"/releases/{release.key.lower()}/moves")).json()["data"]
        shown = (await page.get(f"/releases/{release.key}")).text
    assert len(options) == len(MOVES[Status.IN_DEVELOPMENT])
    for option in options:
        first = option["obstacles"][0]
        assert first["code"] == "permission.releases.write"
        assert first["text"] in shown


@pytest.mark.parametrize("status", [s for s in Status if MOVES[s]])
async def test_what_is_said_beforehand_is_what_the_verb_would_refuse_with(
    tx: AsyncSession, owner: Actor, status: Status
) -> None:
    release, viewer = await release_at(tx, owner, status), await world.person(tx, owner, "VIEWER")
    neighbourhood = await neighbourhood_of(SessionReader(tx), release.key)
    for move in moves_of(viewer, neighbourhood):
        with pytest.raises(Forbidden) as refused:
            await move_release(tx, viewer, release.key, move.target, seen_revision=None, note="Because")
        permissions = [each for each in move.obstacles if each.is_permission]
        assert list(refused.value.obstacles) == permissions


async def test_an_offered_move_without_obstacles_is_live(tx: AsyncSession, owner: Actor) -> None:
    release = await a_release(tx, owner)
    moves = moves_of(owner, await neighbourhood_of(SessionReader(tx), release.key))
    assert [(move.target, move.label, move.obstacles) for move in moves if move.is_offered] == [
        (Status.IN_DEVELOPMENT, "Move to In development", []),
        (Status.CANCELLED, "Cancel the release", []),
    ]
