"""People's words in changes: the log refers to them, readers see them, and erasing them breaks no seal."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.audit.chain.service import seal
from cutwater.audit.chain.views import verify
from cutwater.audit.core.records import ERASED
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import Changes
from cutwater.kernel.db import Database
from cutwater.kernel.ids import new_id
from cutwater.kernel.reader import SessionReader
from tests.audit.serving import exported, listening, serving
from tests.audit.world import BoatDescribed, founded, tampering

WORDS = Changes(
    fields={"length": (12, 14)}, texts={"story": ("Built by hand", "Ask Vera: 555-0199"), "motto": ("", "Go")}
)


async def describe(database: Database, actor: Actor, changes: Changes = WORDS) -> int:
    async with database.tx(actor) as tx:
        return await audit.record(tx, actor, BoatDescribed(boat_id=new_id(), changes=changes))


def stored(database: Database) -> tuple[dict[str, Any], dict[str, str]]:
    """The changes of the one row, and the notes by their ids."""
    with tampering(database) as connection:
        [[data]] = connection.execute("select data from event_log where name = 'boat.described'").fetchall()
        notes = dict(connection.execute("select id::text, text from event_note").fetchall())
    return data["changes"], notes


async def test_the_log_holds_references_where_the_words_were(database: Database) -> None:
    await describe(database, await founded(database))
    changes, notes = stored(database)
    [was, now], [nothing, motto] = changes["story"], changes["motto"]
    assert changes["length"] == [12, 14]
    assert nothing == {"note": None}
    assert [notes[each["note"]] for each in (was, now, motto)] == [
        "Built by hand",
        "Ask Vera: 555-0199",
        "Go",
    ]
    assert len(notes) == 3
    assert "Vera" not in json.dumps(changes)


async def test_whoever_reads_notes_reads_the_words(database: Database) -> None:
    ann = await founded(database)
    event_id = await describe(database, ann)
    async with serving(database, {"ann": ann}) as served:
        async with served.client("ann") as client:
            page = (await client.get("/audit")).text
            export = await exported(client, {"what": "boat."})
        async with served.api_client("ann") as client:
            [told] = (await client.get("/events", params={"what": "boat."})).json()["data"]
    expected = {"length": [12, 14], "story": ["Built by hand", "Ask Vera: 555-0199"], "motto": ["", "Go"]}
    assert told["changes"] == expected
    for word in ("Built by hand", "Ask Vera: 555-0199", "<ins>Go</ins>"):
        assert word in page
    assert "Ask Vera" in export.text
    found = await audit.event_by_id(database.reader(ann), event_id)
    assert {field: [*pair] for field, pair in found.changes.items()} == expected
    assert [field for field, pair in found.changes.items() if pair.is_text] == ["motto", "story"]


async def test_erased_words_say_so_and_the_log_is_still_intact(database: Database) -> None:
    ann = await founded(database)
    event_id = await describe(database, ann)
    await seal(database)
    async with database.tx(ann) as tx:
        await tx.execute(text("update event_note set text = '', erased_at = now() where text like '%Vera%'"))
    found = await audit.event_by_id(database.reader(ann), event_id)
    assert found.changes["story"] == ("Built by hand", ERASED)
    assert found.changes["motto"] == ("", "Go")
    assert (await verify(database, ann.organization_id)).intact


async def test_words_in_anothers_place_are_found_by_the_check(database: Database) -> None:
    """The reference is sealed with the row; only the words behind it may go."""
    ann = await founded(database)
    await describe(database, ann)
    await seal(database)
    with tampering(database) as connection:
        empty = json.dumps([{"note": None}] * 2)
        connection.execute(
            "update event_log set data = jsonb_set(data, '{changes,story}', %s) where name like 'boat.%%'",
            [empty],
        )
    assert not (await verify(database, ann.organization_id)).intact


async def test_a_stream_tells_that_words_changed_and_not_which(database: Database) -> None:
    ann = await founded(database)
    async with (
        serving(database, {"ann": ann}) as served,
        served.client("ann") as client,
        listening(client, "boats") as listener,
    ):
        since = listener.last_id
        await describe(database, ann)
        await listener.until(lambda it: it.changes)
        polled = (await client.get("/changes", params={"topics": "boats", "since": since})).json()
    for changes in (listener.changes, polled["changes"]):
        [change] = changes
        assert change["data"]["changes"]["length"] == [12, 14]
        assert "story" in change["data"]["changes"]
        assert "Vera" not in json.dumps(change)


async def test_each_of_many_events_keeps_its_own_words(tx: AsyncSession, owner: Actor) -> None:
    boats = [new_id() for _ in range(3)]
    events = [
        BoatDescribed(boat_id=boat, changes=Changes(texts={"story": ("", f"Story {place}")}))
        for place, boat in enumerate(boats)
    ]
    await audit.record_all(tx, owner, events, note="why")
    for place, boat in enumerate(boats):
        [entry] = await audit.feed(SessionReader(tx), owner, "boat", boat)
        assert entry.changes["story"] == entry.named["story"] == ("", f"Story {place}")
        assert entry.note == ("why" if place == 0 else "")


async def test_words_that_look_like_somebodys_id_stay_words(tx: AsyncSession, owner: Actor) -> None:
    boat = new_id()
    changes = Changes(texts={"story": ("", str(owner.user_id))}, fields={"owner_id": (None, owner.user_id)})
    await audit.record(tx, owner, BoatDescribed(boat_id=boat, changes=changes))
    [entry] = await audit.feed(SessionReader(tx), owner, "boat", boat)
    assert entry.named["story"] == ("", str(owner.user_id))
    assert entry.named["owner_id"] == (None, "Olga Owner")


async def test_another_organization_reads_no_words(database: Database) -> None:
    ours = await founded(database)
    theirs = await founded(database, "Other")
    await describe(database, ours)
    _, notes = stored(database)
    async with database.tx(theirs) as tx:
        found: Mapping[Any, Any] = (
            (await tx.execute(text("select count(*) as words from event_note"))).mappings().one()
        )
    assert (len(notes), found["words"]) == (3, 0)
