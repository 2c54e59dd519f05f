"""Transactions, reads and their organization."""

from uuid import UUID

import pytest
from fastapi import Request
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel import files, http, search
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.errors import NotFound
from cutwater.kernel.ids import new_id, next_key, next_keys
from cutwater.kernel.reader import Rows, SessionReader
from tests import world


async def test_keys_are_gapless_per_prefix_and_organization(tx: AsyncSession, owner: Actor) -> None:
    assert await next_key(tx, "R") == "R-1"
    assert await next_keys(tx, "R", 3) == ["R-2", "R-3", "R-4"]
    assert await next_key(tx, "SPR") == "SPR-1"
    await world.organization(tx, "Another")
    assert await next_key(tx, "R") == "R-1"


async def test_a_thing_is_found_by_the_beginnings_of_its_words(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    found = new_id()
    await search.put(tx, kind="release", id=found, key="R-7", title="Payments core", path="/releases/R-7")
    await search.put(tx, kind="release", id=found, key="R-7", title="Transfers core", path="/releases/R-7")
    assert [row.title for row in await search.find(reader, "core tran", kinds=None)] == ["Transfers core"]
    assert await search.find(reader, "payments", kinds=None) == []
    assert [row.key for row in await search.find(reader, "r-7", kinds=None)] == ["R-7"]
    await world.organization(tx, "Another")
    assert await search.find(reader, "transfers", kinds=None) == []


async def test_another_organizations_file_does_not_exist(tx: AsyncSession, owner: Actor) -> None:
    kept = await files.keep(tx, "plan.csv", "text/csv", b"a;b")
    assert (await files.read(tx, kept)).content == b"a;b"
    await world.organization(tx, "Another")
    with pytest.raises(NotFound):
        await files.read(tx, kept)


async def test_a_reader_cannot_write_and_its_connection_survives_the_attempt(database: Database) -> None:
    actor = await world.organization_in(database)
    reader = database.reader(actor)
    with pytest.raises(Exception, match="read-only"):
        await reader.all(Rows(tuple, text("insert into key_counter (prefix, last) values ('X', 1)")))
    found = await reader.scalar(select(func.current_setting("app.organization")))
    assert found == str(actor.organization_id)


async def test_several_reads_cost_one_trip(database: Database) -> None:
    reader = database.reader(None)
    assert await reader.batch(Rows(tuple, text("select 1 as a")), Rows(tuple, text("select 2 as b"))) == (
        [(1,)],
        [(2,)],
    )
    assert reader.trips == 1


async def test_nobody_waits_for_ever_behind_a_lock(database: Database) -> None:
    limits = text(
        "select current_setting('lock_timeout') as lock,"
        " current_setting('idle_in_transaction_session_timeout') as idle"
    )
    assert await database.reader(None).first(Rows(tuple, limits)) == ("30s", "10min")
    async with database.tx(None) as tx:
        assert (await tx.execute(limits)).one() == ("30s", "10min")


async def test_what_finds_no_connection_in_time_is_an_outage_and_no_crash() -> None:
    request = Request({"type": "http", "headers": []})
    assert http.refused(PoolTimeout("QueuePool limit reached"), request).status == 503


async def test_a_row_cannot_be_written_into_another_organization(database: Database) -> None:
    mine, theirs = await world.organization_in(database), await world.organization_in(database)
    insert = text("insert into key_counter (organization_id, prefix, last) values (:o, 'X', 1)")
    with pytest.raises(DBAPIError, match="row-level security"):
        async with database.tx(mine) as tx:
            await tx.execute(insert, {"o": theirs.organization_id})


async def test_a_superuser_is_refused_at_start(database: Database) -> None:
    bare = Database(database.conninfo)
    with pytest.raises(RuntimeError, match="superuser"):
        await bare.open()
    await bare.close()


def test_ids_sort_by_birth_and_are_uuid_version_7() -> None:
    ids = [new_id() for _ in range(3)]
    assert all(isinstance(each, UUID) and each.version == 7 for each in ids)
    assert ids[0].int >> 80 <= ids[2].int >> 80
