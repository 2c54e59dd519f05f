"""Dependencies: no self, no duplicate, no cycle, also when two people close one at the same moment."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.errors import Conflict, Forbidden, NotFound
from cutwater.kernel.reader import SessionReader
from cutwater.releases.core.facts import DependencyKind, Status
from cutwater.releases.dependencies.queries import dependencies_of
from cutwater.releases.dependencies.service import add_dependency, remove_dependency
from cutwater.releases.desk.queries.detail import release_row
from cutwater.releases.moves.queries import neighbourhood_of
from cutwater.releases.moves.service import delete_release
from tests import world
from tests.releases.factories import a_release, release_at, walk

BLOCKS, SOFT, SYNC = (
    DependencyKind.BLOCKS,
    DependencyKind.SOFT_DEPENDENCY,
    DependencyKind.REQUIRES_SYNC,
)


async def test_a_cycle_is_refused_by_name(tx: AsyncSession, owner: Actor) -> None:
    one, two, three = [await a_release(tx, owner) for _ in range(3)]
    await add_dependency(tx, owner, two.key, one.key, BLOCKS)
    await add_dependency(tx, owner, two.key, three.key, SYNC)
    with pytest.raises(Conflict) as refused:
        await add_dependency(tx, owner, one.key, three.key, BLOCKS)
    assert refused.value.obstacles[0].text == (
        f"This would close a cycle: {three.key} blocks {one.key}, {one.key} blocks {two.key}, "
        f"{two.key} goes together with {three.key}."
    )
    await add_dependency(tx, owner, one.key, three.key, SOFT)


async def test_not_itself_not_twice_and_not_on_what_does_not_exist(tx: AsyncSession, owner: Actor) -> None:
    one, two = await a_release(tx, owner), await a_release(tx, owner)
    with pytest.raises(Conflict, match="itself"):
        await add_dependency(tx, owner, one.key, one.key, BLOCKS)
    await add_dependency(tx, owner, two.key, one.key, SYNC)
    for dependent, blocker in ((two, one), (one, two)):
        with pytest.raises(Conflict, match="already"):
            await add_dependency(tx, owner, dependent.key, blocker.key, SYNC)
    with pytest.raises(Conflict, match="There is no release R-999"):
        await add_dependency(tx, owner, one.key, "R-999", BLOCKS)
    with pytest.raises(NotFound):
        await add_dependency(tx, owner, "R-999", one.key, BLOCKS)


async def test_what_has_left_the_way_is_not_depended_on(tx: AsyncSession, owner: Actor) -> None:
    cancelled = await release_at(tx, owner, Status.CANCELLED)
    deployed = await release_at(tx, owner, Status.DEPLOYED)
    open_one = await a_release(tx, owner)
    with pytest.raises(Conflict, match="Cancelled"):
        await add_dependency(tx, owner, open_one.key, cancelled.key, BLOCKS)
    with pytest.raises(Conflict, match="Deployed"):
        await add_dependency(tx, owner, deployed.key, open_one.key, BLOCKS)
    await add_dependency(tx, owner, open_one.key, deployed.key, BLOCKS)


async def test_a_dependency_is_removed_from_either_end(tx: AsyncSession, owner: Actor) -> None:
    one, two = await a_release(tx, owner), await a_release(tx, owner)
    for end in (one, two):
        added = await add_dependency(tx, owner, two.key, one.key, BLOCKS)
        await remove_dependency(tx, owner, end.key, added)
        assert await SessionReader(tx).all(dependencies_of(one.key)) == []
    with pytest.raises(NotFound):
        await remove_dependency(tx, owner, one.key, added)


async def test_both_ends_show_the_other(tx: AsyncSession, owner: Actor) -> None:
    one, two = await a_release(tx, owner), await a_release(tx, owner)
    await add_dependency(tx, owner, two.key, one.key, BLOCKS)
    (seen_from_two,) = await SessionReader(tx).all(dependencies_of(two.key))
    (seen_from_one,) = await SessionReader(tx).all(dependencies_of(one.key))
    assert (seen_from_two.peer_key, seen_from_two.is_blocker) == (one.key, True)
    assert (seen_from_one.peer_key, seen_from_one.is_blocker) == (two.key, False)


async def test_explain_tells_the_whole_way_down(tx: AsyncSession, owner: Actor) -> None:
    manager = await world.person(tx, owner, "MANAGER", "Ada Manager")
    first = await a_release(tx, owner, owner_id=manager.user_id)
    second, third = await release_at(tx, owner, Status.IN_REVIEW), await a_release(tx, owner)
    await walk(tx, owner, first, Status.IN_DEVELOPMENT)
    await add_dependency(tx, owner, second.key, first.key, BLOCKS)
    await add_dependency(tx, owner, third.key, second.key, BLOCKS)
    neighbourhood = await neighbourhood_of(SessionReader(tx), third.key)
    told = neighbourhood.told()
    assert told.standing == "BLOCKED"
    assert [line.key for line in told.lines] == [third.key, second.key, first.key]
    waits = f"{third.key} can move on, but will wait for {first.key} (In development, Ada Manager)."
    assert told.sentence == f"{waits} It has no items."


async def test_viewers_add_no_dependency(tx: AsyncSession, owner: Actor) -> None:
    one, two = await a_release(tx, owner), await a_release(tx, owner)
    viewer = await world.person(tx, owner, "VIEWER")
    with pytest.raises(Forbidden):
        await add_dependency(tx, viewer, two.key, one.key, BLOCKS)


@pytest.mark.parametrize("kind", [BLOCKS, SYNC])
async def test_two_people_closing_a_cycle_at_once_one_is_refused(
    database: Database, kind: DependencyKind
) -> None:
    owner = await world.organization_in(database)
    async with database.tx(owner) as tx:
        one, two, three = [await a_release(tx, owner) for _ in range(3)]
        await add_dependency(tx, owner, two.key, one.key, BLOCKS)

    async def add(dependent: str, blocker: str, of_kind: DependencyKind) -> str:
        try:
            async with database.tx(owner) as tx:
                await add_dependency(tx, owner, dependent, blocker, of_kind)
        except Conflict as refused:
            return refused.obstacles[0].code
        return "added"

    outcomes = await asyncio.gather(add(three.key, two.key, BLOCKS), add(one.key, three.key, kind))
    assert sorted(outcomes) == ["added", "dependency.cycle"]


async def test_a_release_that_others_need_is_not_deleted(tx: AsyncSession, owner: Actor) -> None:
    one, two = await a_release(tx, owner), await a_release(tx, owner)
    added = await add_dependency(tx, owner, two.key, one.key, BLOCKS)
    with pytest.raises(Conflict, match=f"{two.key} depends on it"):
        await delete_release(tx, owner, one.key, seen_revision=None)
    await remove_dependency(tx, owner, two.key, added)
    await delete_release(tx, owner, one.key, seen_revision=None)
    with pytest.raises(NotFound):
        await release_row(SessionReader(tx), one.key)
