"""Sealing: every event in exactly one block, also under load; and what verification says of tampering."""

import asyncio
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select

from cutwater import audit
from cutwater.audit.chain import jobs
from cutwater.audit.chain.service import ensure_months, seal
from cutwater.audit.chain.views import read_heads, verify, verify_chain
from cutwater.audit.core.chain import Fault, Head
from cutwater.audit.core.records import PLATFORM
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.errors import NotFound
from cutwater.kernel.idempotency import IdempotencyKey
from cutwater.kernel.ids import new_id
from cutwater.kernel.jobs import JobRun
from cutwater.kernel.settings import Settings
from tests.audit.world import BoatMoored, emptied, founded, moor, tampering


async def sealed_log(
    database: Database, blocks: int = 3, each: int = 4, *, actor: Actor | None = None
) -> tuple[Actor, list[int]]:
    """An organization, a new one unless it is given, with some blocks of some events."""
    actor = actor or await founded(database)
    ids: list[int] = []
    for _ in range(blocks):
        async with database.tx(actor) as tx:
            ids += await audit.record_all(tx, actor, [BoatMoored(boat_id=new_id()) for _ in range(each)])
        await seal(database)
    return actor, ids


async def findings(database: Database, actor: Actor) -> list[tuple[str, int | None, int | None]]:
    report = await verify(database, actor.organization_id)
    return [(each.fault.value, each.event_id, each.block) for each in report.chains[0].findings]


async def test_an_untouched_log_verifies_with_an_independent_computation(database: Database) -> None:
    actor, ids = await sealed_log(database)
    async with database.tx(actor) as tx:
        strange = BoatMoored(boat_id=new_id(), harbour_id=new_id(), was='ünï:, "\\ \u2028 ☃ 12:x,')
        await audit.record(tx, actor, strange, note="kept apart")
    report = await verify(database, actor.organization)
    assert report.intact
    [chain] = report.chains
    assert (chain.events, chain.blocks, chain.organization) == (len(ids) + 1, 4, actor.organization)
    assert "intact, 13 events in 4 blocks, head" in report.as_text()
    head = report.as_json()["chains"][0]["head"]
    assert head is not None
    assert head["number"] == 4


async def test_sealing_again_changes_nothing(database: Database) -> None:
    await sealed_log(database)
    assert await seal(database) == 0


async def test_large_transactions_are_cut_into_blocks(database: Database) -> None:
    actor, _ = await sealed_log(database, blocks=1, each=12_001)
    report = await verify(database, actor.organization_id)
    assert report.intact
    assert report.chains[0].blocks == 3


@pytest.mark.parametrize(
    "change",
    [
        "name = 'boat.sunk'",
        "at = at + interval '1 microsecond'",
        "happened_at = happened_at - interval '1 day'",
        "actor_id = gen_random_uuid()",
        "actor_kind = 'job'",
        "subject_key = subject_key || ' '",
        "context_key = ''",
        "data = jsonb_set(data, '{was}', '\"X\"')",
        "data = data || '{\"more\": null}'",
        "note_id = gen_random_uuid()",
        "request_id = 'r'",
        "xid = '3'",
    ],
)
async def test_an_altered_row_is_named(database: Database, change: str) -> None:
    actor, ids = await sealed_log(database)
    with tampering(database) as connection:
        connection.execute(f"update event_log set {change} where id = %s", (ids[5],))
    assert await findings(database, actor) == [("altered", ids[5], 2)]


async def test_missing_rows_are_named(database: Database) -> None:
    actor, ids = await sealed_log(database)
    with tampering(database) as connection:
        connection.execute("delete from event_log where id = any(%s)", ([ids[0], ids[6], ids[11]],))
    expected = [("missing", ids[0], 1), ("missing", ids[6], 2), ("missing", ids[11], 3)]
    assert await findings(database, actor) == expected


async def test_an_inserted_row_is_named(database: Database) -> None:
    actor, ids = await sealed_log(database)
    with tampering(database) as connection:
        inserted = copy_row(connection, ids[4])
    assert await findings(database, actor) == [("inserted", inserted, None)]


async def test_a_row_moved_to_another_organization_is_missing_here_and_inserted_there(
    database: Database,
) -> None:
    others = await founded(database)
    actor, ids = await sealed_log(database)
    other, _ = await sealed_log(database, actor=others)
    with tampering(database) as connection:
        connection.execute(
            "update event_log set organization_id = %s where id = %s", (other.organization_id, ids[2])
        )
    assert await findings(database, actor) == [("missing", ids[2], 1)]
    assert await findings(database, other) == [("inserted", ids[2], None)]


async def test_altered_and_missing_blocks_are_named(database: Database) -> None:
    actor, ids = await sealed_log(database, blocks=4, each=1)
    with tampering(database) as connection:
        forge = "update log_block set sealed_at = now() where organization_id = %s and number = 2"
        connection.execute(forge, (actor.organization_id,))
        connection.execute(
            "delete from log_block where organization_id = %s and number = 3", (actor.organization_id,)
        )
    assert await findings(database, actor) == [
        ("inserted", ids[2], None),
        ("block altered", None, 2),
        ("block missing", None, 3),
    ]


async def test_a_cut_tail_shows_against_the_heads_that_went_out(database: Database, tmp_path: Path) -> None:
    actor, _ = await sealed_log(database, blocks=1)
    await jobs.publish_heads(run_of(database, tmp_path))
    await jobs.publish_heads(run_of(database, tmp_path))
    heads = read_heads(jobs.heads_folder(tmp_path))
    assert [head.number for head in heads[actor.organization_id or PLATFORM]] == [1]
    assert (await verify(database, heads=heads)).intact
    with tampering(database) as connection:
        connection.execute("delete from event_log")
        connection.execute("delete from log_block")
    assert (await verify(database)).intact
    report = await verify(database, heads=heads)
    assert [each.fault for each in report.chains[0].findings] == [Fault.TAIL_CUT]
    assert ": 1 finding, " in report.as_text()


async def test_the_nightly_head_is_logged_once_in_its_organization(
    database: Database, tmp_path: Path
) -> None:
    actor, _ = await sealed_log(database)
    for _ in range(2):
        await jobs.publish_heads(run_of(database, tmp_path))
    entries = await audit.feed(database.reader(actor), actor, "log", actor.organization_id or PLATFORM)
    assert [entry.name for entry in entries] == ["log.head_taken"]
    assert "block 3" in entries[0].headline


async def test_answers_kept_for_repeats_are_forgotten_after_a_day(database: Database, tmp_path: Path) -> None:
    actor, _ = await sealed_log(database, blocks=1)
    async with database.tx(actor) as tx:
        for key, age in (("old", timedelta(hours=25)), ("new", timedelta(hours=23))):
            tx.add(
                IdempotencyKey(
                    organization_id=actor.organization_id,
                    actor_id=actor.id,
                    key=key,
                    request_hash=b"x",
                    created_at=clock.now() - age,
                )
            )
    for _ in range(2):
        await jobs.forget_answers(run_of(database, tmp_path))
    assert await database.reader(actor).scalars(select(IdempotencyKey.key)) == ["new"]


def run_of(database: Database, folder: Path) -> JobRun:
    settings = Settings(data_folder=folder)
    return JobRun(
        name="audit.publish_heads", database=database, settings=settings, ports={}, organization_id=None
    )


async def test_only_the_newest_blocks_can_be_checked(database: Database) -> None:
    actor, ids = await sealed_log(database, blocks=5)
    organization = actor.organization_id or PLATFORM
    with tampering(database) as connection:
        connection.execute("update event_log set name = 'x' where id = any(%s)", ([ids[0], ids[-1]],))
    report = await verify_chain(database, organization, newest_blocks=2)
    assert (report.first_block, report.blocks, report.events) == (4, 2, 8)
    assert [each.event_id for each in report.findings] == [ids[-1]]
    whole = await verify_chain(database, organization, newest_blocks=99)
    assert (whole.first_block, len(whole.findings)) == (1, 2)


async def test_a_published_head_that_fits_is_no_finding(database: Database) -> None:
    actor, _ = await sealed_log(database)
    organization = actor.organization_id or PLATFORM
    whole = await verify_chain(database, organization)
    assert whole.head is not None
    good, bad = Head(number=3, hash=whole.head.hash), Head(number=3, hash=b"x" * 32)
    assert (await verify_chain(database, organization, heads=[good])).findings == []
    assert len((await verify_chain(database, organization, heads=[bad])).findings) == 1


async def test_an_unknown_organization_has_no_log(database: Database) -> None:
    with pytest.raises(NotFound):
        await verify(database, "nobody")


async def test_an_empty_log_is_intact(database: Database) -> None:
    emptied(database)
    report = await verify(database)
    assert report.intact
    assert report.as_text() == "Nothing is sealed yet."


async def test_a_log_restored_into_another_cluster_goes_on_and_verifies(database: Database) -> None:
    actor, ids = await sealed_log(database)
    ids.append(await moor(database, actor))
    with tampering(database) as connection:
        # what a restore looks like: the rows are of a cluster with another identifier
        connection.execute("update log_epoch set system_identifier = 42, sealed_below = '9000000000'")
        connection.execute("update event_log set xid = '9000000001' where id = %s", (ids[-1],))
    ids.append(await moor(database, actor))
    await seal(database)
    report = await verify(database, actor.organization_id)
    assert report.intact
    assert report.chains[0].events == len(ids)
    with tampering(database) as connection:
        epochs = connection.execute("select number, closed_at is null from log_epoch order by 1").fetchall()
        blocks = connection.execute("select epoch, cardinality(event_ids) from log_block order by number")
        assert blocks.fetchall() == [(1, 4), (1, 4), (1, 4), (1, 1), (2, 1)]
    assert epochs == [(1, False), (2, True)]


async def test_under_load_every_event_is_in_exactly_one_block(database: Database) -> None:
    actors = [await founded(database, name) for name in ("A", "B")]
    busy = True

    async def write(seed: int) -> list[int]:
        dice, ids = random.Random(seed), []
        for _ in range(25):
            actor = dice.choice(actors)
            try:
                async with database.tx(actor) as tx:
                    written = await audit.record(tx, actor, BoatMoored(boat_id=new_id()))
                    await asyncio.sleep(dice.random() * 0.02)
                    if dice.random() < 0.2:
                        raise KeyError
                    ids.append(written)
            except KeyError:
                pass
        return ids

    async def seal_on() -> None:
        while busy:
            await seal(database)

    sealers = [asyncio.create_task(seal_on()) for _ in range(2)]
    written = await asyncio.gather(*(write(seed) for seed in range(6)))
    busy = False
    await asyncio.gather(*sealers)
    await seal(database)
    with tampering(database) as connection:
        sealed: list[Any] = connection.execute(
            "select unnest(event_ids) from log_block order by 1"
        ).fetchall()
    assert [row[0] for row in sealed] == sorted(id for ids in written for id in ids)
    report = await verify(database)
    assert report.intact
    assert len(report.chains) == 2


async def test_the_sealing_loop_seals_at_the_end_and_survives_a_lost_connection(
    database: Database, tmp_path: Path
) -> None:
    actor = await founded(database)
    stop = asyncio.Event()
    loop = asyncio.create_task(audit.sealing_loop(database, Settings(data_folder=tmp_path), stop))
    with tampering(database) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    event_id = await moor(database, actor)
    stop.set()
    await asyncio.wait_for(loop, 20)
    with tampering(database) as connection:
        row = connection.execute("select event_ids from log_block").fetchone()
    assert row == ([event_id],)


async def test_months_that_exist_are_left_alone(database: Database) -> None:
    assert await ensure_months(database) == 0
    with tampering(database) as connection:
        connection.execute(last_month_dropped())
    assert await ensure_months(database) == 1


def last_month_dropped() -> str:
    return (
        "do $$ begin execute (select 'drop table ' || max(inhrelid::regclass::text) from pg_inherits"
        " where inhparent = 'event_log'::regclass); end $$"
    )


def copy_row(connection: psycopg.Connection[Any], event_id: int) -> int:
    """Put a second row beside one, with the same transaction id."""
    columns = (
        "xid, at, happened_at, organization_id, actor_kind, actor_id, actor_user_id, actor_job, name,"
        " subject_kind, subject_id, subject_key, data, request_id"
    )
    row = connection.execute(
        f"insert into event_log ({columns}) select {columns} from event_log where id = %s returning id",
        (event_id,),
    ).fetchone()
    assert row is not None
    return int(row[0])
