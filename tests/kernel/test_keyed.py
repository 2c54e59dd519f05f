"""Rows by key or id, and who waits for whom."""

import asyncio
from typing import NamedTuple
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.identity.teams.models import Team
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.errors import NotFound
from cutwater.kernel.ids import new_id
from cutwater.kernel.keyed import claimed, held, held_all, held_if, named, one_at_a_time
from cutwater.kernel.reader import Rows, SessionReader
from cutwater.releases.catalogue.models import Service
from cutwater.releases.records.models import Release
from tests import world

NOBODY = "01a22012-8e81-7bf2-aac8-00a10c52fe9a"


async def service(tx: AsyncSession, slug: str) -> Service:
    row = Service(id=new_id(), slug=slug, name=slug.title(), description="", colour="teal", revision=1)
    tx.add(row)
    await tx.flush()
    return row


@pytest.mark.parametrize("given", ["pay", "PAY", "Pay", "id"])
async def test_a_row_is_found_by_its_key_in_any_case_and_by_its_id(
    tx: AsyncSession, owner: Actor, given: str
) -> None:
    known = await service(tx, "pay")
    found = await held(tx, Service, str(known.id) if given == "id" else given, what="This service")
    assert found.id == known.id


@pytest.mark.parametrize("given", ["", "pay\0", "pay\n", "x" * 300, "\ud800", NOBODY, "%", "pay'--"])
async def test_what_can_be_no_key_finds_nothing(tx: AsyncSession, owner: Actor, given: str) -> None:
    await service(tx, "pay")
    with pytest.raises(NotFound, match="This service"):
        await held(tx, Service, given, what="This service")


async def test_keys_are_folded_up_and_slugs_down() -> None:
    assert "R-7" in str(named(Release, "r-7").compile(compile_kwargs={"literal_binds": True}))
    assert "pay" in str(named(Service, "PAY").compile(compile_kwargs={"literal_binds": True}))


async def test_deleted_and_foreign_rows_are_not_there(tx: AsyncSession, owner: Actor) -> None:
    known = await service(tx, "pay")
    await world.organization(tx, "Another")
    assert await held_if(tx, Service, named(Service, "pay")) is None
    await world.enter(tx, owner)
    await tx.execute(text("update service set deleted_at = now() where id = :id"), {"id": known.id})
    assert await held_if(tx, Service, named(Service, "pay")) is None


async def test_several_rows_are_locked_in_the_order_of_their_ids(tx: AsyncSession, owner: Actor) -> None:
    ids = [(await service(tx, name)).id for name in ("a", "b", "c")]
    assert [row.id for row in await held_all(tx, Service, reversed(ids))] == sorted(ids)


async def test_a_held_row_shows_what_another_transaction_changed_before(database: Database) -> None:
    actor = await world.organization_in(database)
    async with database.tx(actor) as tx:
        id = (await service(tx, "pay")).id
    async with database.tx(actor) as mine, database.tx(actor) as theirs:
        seen = (await mine.scalars(select(Service).where(Service.id == id))).one()
        (await held(theirs, Service, id, what="It")).name = "Renamed"
        waiting = asyncio.create_task(held(mine, Service, id, what="It"))
        await until_blocked(database, waiting)
        await theirs.commit()
        assert (await waiting).name == "Renamed"
        assert seen.name == "Renamed"


async def until_blocked(database: Database, waiting: "asyncio.Task[object]") -> None:
    """Wait until PostgreSQL says that a transaction waits for a lock."""
    held_up = text("select count(*) from pg_locks where not granted")
    async with database.tx(None) as tx:
        while not await tx.scalar(held_up):
            assert not waiting.done()
            await asyncio.sleep(0.005)


async def test_workers_that_claim_at_once_never_get_the_same_row(database: Database) -> None:
    actor = await world.organization_in(database)
    async with database.tx(actor) as tx:
        every = {(await service(tx, name)).id for name in ("a", "b", "c", "d")}
    async with database.tx(actor) as one, database.tx(actor) as two:
        first = {row.id for row in await claimed(one, Service, limit=2)}
        second = {row.id for row in await claimed(two, Service, limit=9)}
    assert first | second == every
    assert not first & second


async def test_one_at_a_time_keeps_the_second_out_until_the_first_ends(database: Database) -> None:
    async with database.tx(None) as one, database.tx(None) as two:
        await one_at_a_time(one, "here")
        waiting = asyncio.create_task(one_at_a_time(two, "here"))
        await until_blocked(database, waiting)
        await one.commit()
        await waiting


class Slug(NamedTuple):
    id: UUID
    slug: str


async def test_rows_are_what_their_statement_says(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    known = await service(tx, "pay")
    rows = Rows(Slug, select(Service.id, Service.slug))
    assert await reader.all(rows.where(Service.slug == "pay")) == [Slug(known.id, "pay")]
    assert await reader.first(rows.where(Service.slug == "none")) is None
    assert await reader.scalar(select(Service.slug)) == "pay"
    slugs, teams = await reader.batch(rows, Rows(Slug, select(Team.id, Team.slug)))
    assert (len(slugs), teams) == (1, [])


async def test_a_row_whose_fields_are_not_the_statements_labels_is_refused(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    await service(tx, "pay")
    with pytest.raises(TypeError, match=r"Slug has the fields \('id', 'slug'\)"):
        await reader.all(Rows(Slug, select(Service.id, Service.name)))
