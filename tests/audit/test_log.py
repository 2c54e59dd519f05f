"""The log in the database: all or nothing, for ever, in one organization."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from cutwater import audit
from cutwater.kernel import events, jobs
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.embedded import OWNER, EmbeddedServer
from cutwater.kernel.errors import Invalid, NotFound
from cutwater.kernel.events import Event, Subject
from cutwater.kernel.ids import new_id
from tests import factories


@dataclass(frozen=True, kw_only=True, slots=True)
class BoatMoored(Event):
    name: ClassVar[str] = "boat.moored"
    boat_id: UUID
    harbour_id: UUID | None = None
    was: str = "SAILING"

    @property
    def subject(self) -> Subject:
        return Subject("boat", self.boat_id, "B-1")

    @property
    def context(self) -> Subject | None:
        return Subject("harbour", self.harbour_id, "H-1") if self.harbour_id else None

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return {"status": (self.was, "MOORED")}

    def headline(self) -> str:
        return "moored at the quay"


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
    actor = await factories.organization_in(database)
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
    actor = await factories.organization_in(database)
    with pytest.raises(RuntimeError):
        async with database.tx(actor) as tx:
            await audit.record(tx, actor, BoatMoored(boat_id=new_id()), note="never said")
            raise RuntimeError("the change failed")
    assert await count(database, actor, EVENTS) == 0
    assert await count(database, actor, JOBS) == 0
    assert await count(database, actor, "select count(*) from event_note") == 0
