"""The log in the database: all or nothing, for ever, in one organization."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.audit.chain.service import seal
from cutwater.audit.chain.views import verify
from cutwater.audit.core.records import ERASED, PLATFORM
from cutwater.kernel import clock, events, jobs, log
from cutwater.kernel.actor import Actor, job_actor
from cutwater.kernel.db import Database
from cutwater.kernel.errors import Invalid, NotFound
from cutwater.kernel.ids import new_id
from cutwater.kernel.paging import encode_cursor
from cutwater.kernel.reader import Reader, SessionReader
from tests import world
from tests.audit.world import BoatMoored, founded, moor, tampering


@jobs.job("test.followed")
async def followed(run: jobs.JobRun, *, organization_id: UUID, event_id: int) -> None:
    """Only ever queued here."""


@pytest.fixture
def subscribed() -> Iterator[None]:
    before = dict(events.SUBSCRIBERS)
    events.SUBSCRIBERS["boat.moored"] = ("test.followed", "test.followed")
    yield
    events.subscribe(before)


async def count(database: Database, actor: Actor, query: str) -> int:
    async with database.tx(actor) as tx:
        return int(await tx.scalar(text(query)) or 0)


EVENTS = "select count(*) from event_log where name = 'boat.moored'"
JOBS = "select count(*) from procrastinate_jobs where task_name = 'test.followed'"


@pytest.mark.usefixtures("subscribed")
async def test_the_event_and_a_job_per_subscriber_commit_together(database: Database) -> None:
    actor = await world.organization_in(database)
    async with database.tx(actor) as tx:
        event_id = await audit.record(tx, actor, BoatMoored(boat_id=new_id()), note="Storm coming")
    assert await count(database, actor, EVENTS) == 1
    assert await count(database, actor, JOBS) == 2
    async with database.tx(actor) as tx:
        args = (await tx.execute(text("select args from procrastinate_jobs limit 1"))).scalar_one()
    assert args == {"organization_id": str(actor.organization_id), "event_id": event_id}
    found = await audit.event_by_id(database.reader(actor), event_id)
    assert (found.name, found.note, found.actor_id) == ("boat.moored", "Storm coming", actor.id)
    assert found.changes == {"status": ("SAILING", "MOORED")}


@pytest.mark.usefixtures("subscribed")
async def test_a_change_that_fails_leaves_neither_event_nor_job_nor_note(database: Database) -> None:
    actor = await world.organization_in(database)

    async def change() -> None:
        async with database.tx(actor) as tx:
            await audit.record(tx, actor, BoatMoored(boat_id=new_id()), note="never said")
            raise RuntimeError("the change failed")

    with pytest.raises(RuntimeError):
        await change()
    assert await count(database, actor, EVENTS) == 0
    assert await count(database, actor, JOBS) == 0
    assert await count(database, actor, "select count(*) from event_note") == 0


async def test_many_events_in_one_call_keep_their_order(tx: AsyncSession, owner: Actor) -> None:
    boats = [new_id() for _ in range(300)]
    ids = await audit.record_all(tx, owner, [BoatMoored(boat_id=boat) for boat in boats])
    assert ids == sorted(ids)
    named = text("select subject_id from event_log where name = 'boat.moored' order by id")
    rows = (await tx.execute(named)).scalars().all()
    assert rows == boats


async def test_nothing_recorded_is_nothing_written(tx: AsyncSession, owner: Actor) -> None:
    assert await audit.record_all(tx, owner, []) == []


async def test_a_row_says_who_when_and_in_which_request(tx: AsyncSession, owner: Actor) -> None:
    token = log.request_id.set("req_12345678")
    try:
        with clock.frozen(datetime(2026, 3, 1, 9, tzinfo=UTC)):
            event_id = await audit.record(tx, owner, BoatMoored(boat_id=new_id()))
    finally:
        log.request_id.reset(token)
    found = await audit.event_by_id(SessionReader(tx), event_id)
    assert found.happened_at == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert abs(found.at - clock.now()) < timedelta(minutes=5)
    assert (found.request_id, found.actor_user_id) == ("req_12345678", owner.user_id)
    assert "Olga" not in str(found.data)


async def test_a_job_is_named_and_has_no_person(tx: AsyncSession, owner: Actor) -> None:
    actor = job_actor("sprints.sync", owner.organization_id)
    boat = new_id()
    await audit.record(tx, actor, BoatMoored(boat_id=boat))
    [entry] = await audit.feed(SessionReader(tx), owner, "boat", boat)
    assert (entry.actor_name, entry.actor_kind) == ("Cutwater (sprints sync)", "job")


async def test_what_happens_outside_every_organization_has_its_own_chain(database: Database) -> None:
    actor = Actor(kind="user", id=new_id(), name="Root")
    async with database.tx(None) as tx:
        event_id = await audit.record(tx, actor, BoatMoored(boat_id=new_id()))
    found = await audit.event_by_id(database.reader(PLATFORM), event_id)
    assert found.organization_id == PLATFORM
    with pytest.raises(NotFound):
        await audit.event_by_id(database.reader(None), event_id)


async def test_another_organization_sees_neither_events_nor_notes_nor_blocks(database: Database) -> None:
    ours, theirs = await founded(database), await founded(database, "B")
    boat = new_id()
    async with database.tx(ours) as tx:
        event_id = await audit.record(tx, ours, BoatMoored(boat_id=boat), note="ours")
    await seal(database)
    with pytest.raises(NotFound):
        await audit.event_by_id(database.reader(theirs), event_id)
    assert await audit.feed(database.reader(theirs), theirs, "boat", boat) == []
    for table in ("event_log", "event_note", "log_block"):
        assert await count(database, theirs, f"select count(*) from {table}") == 0
        assert await count(database, ours, f"select count(*) from {table}") > 0


@pytest.mark.parametrize("role", ["cutwater_app", "cutwater_worker", "cutwater_migrate", "cutwater_owner"])
@pytest.mark.parametrize(
    "statement",
    [
        "update event_log set name = 'x'",
        "delete from event_log",
        "truncate event_log",
        "truncate event_log_{month}",
        "delete from event_log_{month}",
        "update log_block set hash = previous",
        "delete from log_block",
        "truncate log_block",
    ],
)
async def test_nobody_changes_the_log(shared: Database, role: str, statement: str) -> None:
    actor = await world.organization_in(shared)
    await moor(shared, actor)
    await seal(shared)
    with psycopg.connect(shared.conninfo, autocommit=True) as connection:
        connection.execute(f"set role {role}")
        connection.execute("select set_config('app.organization', %s, false)", (str(actor.organization_id),))
        try:
            changed = connection.execute(statement.format(month=f"{clock.now():%Y_%m}")).rowcount
        except psycopg.errors.InsufficientPrivilege:
            return
        # a partition has no policy: whoever may touch it finds nothing there
        assert (changed, role, statement) == (0, "cutwater_migrate", "delete from event_log_{month}")


@pytest.mark.parametrize(
    "statement",
    [
        "insert into event_log (happened_at, organization_id, actor_kind, actor_job, name, subject_kind,"
        " subject_id, subject_key, data, request_id) values"
        " (now(), '{o}', 'job', '', 'x', 'x', '{o}', '', '{{}}', '')",
        "insert into log_block values ('{o}', 1, 1, now(), 0, '{{}}', '', '', '')",
        "select * from event_log_{month}",
        "update log_epoch set sealed_below = '3'",
        "select log_add_block('{o}', 1, '{{}}', '')",
        "alter table event_log disable trigger all",
    ],
)
async def test_the_app_cannot_go_round_the_functions(tx: AsyncSession, owner: Actor, statement: str) -> None:
    with pytest.raises(DBAPIError) as refused:
        await tx.execute(
            text(statement.format(o=owner.organization_id, month=f"{clock.now():%Y_%m}").replace(":", r"\:"))
        )
    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)


async def test_a_feed_holds_what_happened_to_a_thing_and_inside_it(tx: AsyncSession, owner: Actor) -> None:
    harbour, boat = new_id(), new_id()
    for number in range(5):
        await audit.record(
            tx, owner, BoatMoored(boat_id=boat, harbour_id=harbour, was=f"W{number}"), note=f"n{number}"
        )
    await audit.record(tx, owner, BoatMoored(boat_id=new_id()))
    reader = SessionReader(tx)
    for kind, id in (("boat", boat), ("harbour", harbour)):
        entries = await audit.feed(reader, owner, kind, id, limit=3)
        assert [entry.note for entry in entries] == ["n4", "n3", "n2"]
        older = await audit.feed(reader, owner, kind, id, limit=3, before=entries[-1].cursor)
        assert [entry.changes for entry in older] == [{"status": (f"W{n}", "MOORED")} for n in (1, 0)]
    assert await audit.feed(reader, owner, "harbour", boat) == []


async def test_a_feed_takes_one_trip_and_one_for_names(database: Database) -> None:
    actor = await world.organization_in(database)
    boat = new_id()
    await moor(database, actor, boat)
    reader = database.reader(actor)
    assert len(await audit.feed(reader, actor, "boat", boat)) == 1
    assert reader.trips <= 2


@pytest.mark.parametrize(
    "cursor", ["!", encode_cursor("x", 1), encode_cursor("2026-01-01", "y"), encode_cursor(1)]
)
async def test_a_forged_cursor_is_refused(reader: Reader, owner: Actor, cursor: str) -> None:
    with pytest.raises(Invalid):
        await audit.feed(reader, owner, "boat", owner.organization_id or new_id(), before=cursor)


async def test_erasing_a_note_leaves_the_event_and_its_seal(database: Database) -> None:
    actor = await world.organization_in(database)
    async with database.tx(actor) as tx:
        event_id = await audit.record(tx, actor, BoatMoored(boat_id=new_id()), note="my private number")
    await seal(database)
    async with database.tx(actor) as tx:
        await tx.execute(text("update event_note set text = '', erased_at = now()"))
    assert (await audit.event_by_id(database.reader(actor), event_id)).note == ERASED
    assert (await verify(database, actor.organization_id)).intact


async def test_coming_months_have_partitions_and_each_refuses_to_be_emptied(database: Database) -> None:
    with tampering(database) as connection:
        found: list[Any] = connection.execute(
            "select inhrelid from pg_inherits where inhparent = 'event_log'::regclass"
        ).fetchall()
        assert len(found) >= 7
        bare = connection.execute(
            """
            select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
            where inhparent = 'event_log'::regclass and (not c.relrowsecurity or not c.relforcerowsecurity
                or not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'no_truncate'))
            """
        ).fetchall()
    assert bare == []
