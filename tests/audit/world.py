"""What the tests of the log share: an event, and ways past the log's own guards."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar
from uuid import UUID

import psycopg

from cutwater import audit
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import Changes, moved
from cutwater.kernel.db import Database
from cutwater.kernel.events import Event, Subject
from cutwater.kernel.ids import new_id
from tests import world


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
    def changes(self) -> Changes:
        return moved("status", self.was, "MOORED")

    def headline(self) -> str:
        return "moored at the quay"


class _AboutBoat(Event):
    boat_id: UUID

    @property
    def subject(self) -> Subject:
        return Subject("boat", self.boat_id, "B-1")


class BoatDescribed(_AboutBoat):
    name: ClassVar[str] = "boat.described"
    changes: Changes

    def headline(self) -> str:
        return f"changed {self.changes.words()}"


class BoatSighted(_AboutBoat):
    name: ClassVar[str] = "boat.sighted"
    moves_revision: ClassVar[bool] = False


async def moor(database: Database, actor: Actor, boat_id: UUID | None = None, **fields: Any) -> int:
    """One committed event."""
    async with database.tx(actor) as tx:
        return await audit.record(tx, actor, BoatMoored(boat_id=boat_id or new_id(), **fields))


@contextmanager
def tampering(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """A superuser who has switched the triggers off."""
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        yield connection


def emptied(database: Database) -> None:
    """Take out what making the world wrote, so that the log begins with the test's own events."""
    with tampering(database) as connection:
        connection.execute("truncate event_log, event_note")


async def founded(database: Database, name: str = "Harbour Bank") -> Actor:
    """The owner of a new organization, and nothing in the log."""
    actor = await world.organization_in(database, name)
    emptied(database)
    return actor
