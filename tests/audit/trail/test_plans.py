"""A log of ten years stays quick: what pages ask for is read by an index, under row-level security."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from cutwater.audit.chain.queries import last_block
from cutwater.audit.log.queries import feed, one
from cutwater.audit.trail.forms import Filters
from cutwater.audit.trail.queries import timeline
from cutwater.kernel import clock
from cutwater.kernel.db import Database
from cutwater.kernel.ids import new_id
from cutwater.kernel.rows import bound
from tests.audit.world import tampering

ORGANIZATIONS, PEOPLE, THINGS = ([new_id() for _ in range(count)] for count in (3, 20, 300))
FILL = """
insert into event_log (xid, at, happened_at, organization_id, actor_kind, actor_id, actor_user_id, actor_job,
    name, subject_kind, subject_id, subject_key, context_kind, context_id, context_key, data, request_id)
select (1000 + i)::text::xid8, t, t, (%(organizations)s::uuid[])[1 + i %% 3], 'user', u, u, '',
    'boat.n' || i %% 40, 'boat', (%(things)s::uuid[])[1 + i %% 300], 'B-' || i %% 300,
    'harbour', (%(things)s::uuid[])[1 + i %% 30], 'H-1', '{}', 'r'
from generate_series(1, 30000) i, lateral (
    select case when i %% 2 = 0 then now() - (now() - %(month)s::timestamptz) * (i / 30000.0)
        else %(month)s::timestamptz - i * interval '1 minute' end as t,
        (%(people)s::uuid[])[1 + i %% 20] as u) x
"""
NOTES = """
insert into event_note (id, organization_id, text)
select gen_random_uuid(), (%s::uuid[])[1 + i %% 3], 'n' || i from generate_series(1, 20000) i
"""
PART = "create table event_log_{0:%Y_%m} partition of event_log for values from ('{0}') to ('{1}')"


@pytest.fixture
async def filled(database: Database) -> Database:
    """Two months of events of three organizations, with statistics, on whatever day of the month."""
    month = clock.now().date().replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    with tampering(database) as connection:
        connection.execute(PART.format(before, month))
        values = {
            "organizations": ORGANIZATIONS,
            "people": PEOPLE,
            "things": THINGS,
            "month": f"{month} 00:00Z",
        }
        connection.execute(FILL, values)
        connection.execute(NOTES, [[*ORGANIZATIONS]])
        connection.execute("analyze event_log, event_note")
    return database


def plan(database: Database, statement: Any) -> list[str]:
    """The lines of the plan the app's role gets, without the names of partitions."""
    ready = bound(statement)
    with psycopg.connect(database.conninfo) as connection:
        connection.execute("set role cutwater_app")
        connection.execute("select set_config('app.organization', %s, true)", (str(ORGANIZATIONS[0]),))
        return [
            row[0] for row in connection.execute(f"explain (costs off) {ready.sql}", ready.values).fetchall()
        ]


NOW = clock.now()
WIDE = Filters(since=NOW - timedelta(days=3650))
LATER = (NOW - timedelta(days=5), 10_000)


READ_BY = [
    (timeline(WIDE, None, 51), "organization_id_at_id"),
    (timeline(WIDE, LATER, 51), "organization_id_at_id"),
    (
        timeline(Filters(since=WIDE.since, names=("boat.never",)), None, 51),
        "organization_id_name_at_id",
    ),
    (timeline(Filters(since=WIDE.since, user_id=PEOPLE[0]), None, 51), "at_id"),
    (timeline(Filters(since=WIDE.since, subject_ids=(THINGS[0],)), None, 51), "subject_id_at_id"),
    (feed("boat", THINGS[0], None, 31)[0], "subject_id_at_id"),
    (feed("harbour", UUID(int=1), None, 31)[1], "context_id_at_id"),
    (one(5, WIDE.since), "pkey"),
    (last_block(), "pk_log_block"),
]


async def test_what_pages_ask_for_is_read_by_an_index(filled: Database) -> None:
    for statement, index in READ_BY:
        lines = plan(filled, statement)
        # a function scan is over the references of one row
        scans = [line for line in lines if "Scan" in line and "Function Scan" not in line]
        assert scans, lines
        assert all("Index" in line or "Bitmap" in line for line in scans), lines
        assert any(index in line for line in scans), lines


async def test_the_newest_page_is_read_in_order_without_sorting(filled: Database) -> None:
    for after in (None, LATER):
        lines = plan(filled, timeline(WIDE, after, 51))
        assert not any("Sort" in line for line in lines), lines
        assert any("Index Cond: ((organization_id = " in line for line in lines), lines
