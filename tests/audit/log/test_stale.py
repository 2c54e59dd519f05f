"""Somebody else changed it since you looked: who, and what."""

from types import SimpleNamespace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import Changes
from cutwater.kernel.ids import new_id
from tests import world
from tests.audit.world import BoatDescribed, BoatMoored, BoatSighted


def boat(id: UUID, revision: int) -> SimpleNamespace:
    return SimpleNamespace(id=id, revision=revision)


async def test_who_looked_at_the_newest_is_not_stale(tx: AsyncSession, owner: Actor) -> None:
    row = boat(new_id(), 3)
    await audit.record(tx, owner, BoatMoored(boat_id=row.id))
    assert await audit.stale(tx, "boat", row, 3) is None
    assert await audit.stale(tx, "boat", row, None) is None


async def test_it_names_who_changed_what_last(tx: AsyncSession, owner: Actor) -> None:
    row = boat(new_id(), 3)
    may = await world.person(tx, owner, "MANAGER", "May Member")
    await audit.record(tx, owner, BoatMoored(boat_id=row.id))
    changes = Changes(fields={"length": (12, 14)}, texts={"story": ("", "secret")})
    await audit.record(tx, may, BoatDescribed(boat_id=row.id, changes=changes))
    await audit.record(tx, owner, BoatMoored(boat_id=new_id()))
    stale = await audit.stale(tx, "boat", row, 2)
    assert stale is not None
    assert "May Member changed it since you looked: changed length and story" in stale.message
    assert "secret" not in stale.message


async def test_what_moves_no_revision_is_passed_over(tx: AsyncSession, owner: Actor) -> None:
    row = boat(new_id(), 2)
    may = await world.person(tx, owner, "MANAGER", "May Member")
    await audit.record(tx, may, BoatMoored(boat_id=row.id))
    await audit.record(tx, owner, BoatSighted(boat_id=row.id))
    stale = await audit.stale(tx, "boat", row, 1)
    assert stale is not None
    assert "May Member changed it since you looked: moored at the quay" in stale.message


async def test_where_the_log_knows_nothing_it_is_stale_all_the_same(tx: AsyncSession, owner: Actor) -> None:
    row = boat(new_id(), 2)
    await audit.record(tx, owner, BoatSighted(boat_id=row.id))
    stale = await audit.stale(tx, "boat", row, 1)
    assert stale is not None
    assert "Olga" not in stale.message
