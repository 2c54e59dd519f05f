"""The audit page and its API: filters, before → after, pages, verdicts, copies; for those with the grant."""

import csv
import io
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from uuid import UUID

import pytest

from cutwater import audit
from cutwater.audit.chain.service import seal
from cutwater.audit.trail import views
from cutwater.kernel import clock, search
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import Changes
from cutwater.kernel.db import Database
from cutwater.kernel.events import Event, Subject
from cutwater.kernel.ids import new_id
from tests import world
from tests.audit.serving import Served, exported, serving
from tests.audit.world import BoatMoored, moor, tampering


@pytest.fixture
async def served(database: Database) -> AsyncIterator[Served]:
    """`ann` may read the log, `may` (a member) not, `zoe` is elsewhere; people have names."""
    async with database.tx(None) as tx:
        ann = await world.organization(tx, owner="Ann Anders")
        member = await world.person(tx, ann, "MEMBER", "May Member")
    zoe = await world.organization_in(database, "Other")
    async with serving(database, {"ann": ann, "may": member, "zoe": zoe}) as running:
        yield running


@pytest.mark.parametrize("path", ["/audit", "/audit/verification", "/audit/export"])
async def test_the_log_is_for_those_with_the_grant(served: Served, path: str) -> None:
    method = "POST" if path.endswith("export") else "GET"
    async with served.client("may") as may, served.client("zoe") as zoe:
        refused = await may.request(method, path)
        foreign = await zoe.request(method, served.path("ann", path))
    assert refused.status_code == 403
    assert foreign.status_code in (403, 404)


@pytest.mark.parametrize("path", ["/events", "/audit/status", "/audit/verification"])
async def test_the_api_of_the_log_is_for_those_with_the_grant(served: Served, path: str) -> None:
    async with served.api_client("may") as client:
        answer = await client.get(path)
    assert answer.status_code == 403
    assert answer.json()["error"]["obstacles"][0]["code"] == "permission.audit.read"


async def test_the_page_shows_who_what_and_before_and_after(served: Served, database: Database) -> None:
    ann = served.actors["ann"]
    async with database.tx(ann) as tx:
        await audit.record(tx, ann, BoatMoored(boat_id=new_id(), was="<SAILING>"), note="Storm & hail")
    async with served.client("ann") as client:
        page = await client.get("/audit")
    assert page.status_code == 200
    for expected in (
        "Ann Anders",
        "moored at the quay",
        "B-1",
        "&lt;SAILING&gt;",
        "MOORED",
        "Storm &amp; hail",
    ):
        assert expected in page.text
    assert "Nothing is sealed yet" in page.text
    await seal(database)
    async with served.client("ann") as client:
        assert "Sealed up to" in (await client.get("/audit")).text


class BerthGiven(Event):
    name: ClassVar[str] = "berth.given"
    berth_id: UUID
    user_id: UUID
    was: UUID | None

    @property
    def subject(self) -> Subject:
        return Subject("release", self.berth_id, "R-9")

    @property
    def changes(self) -> Changes:
        return Changes(
            fields={"status": ("IN_REVIEW", "READY_STAGING"), "owner_id": (self.was, self.user_id)}
        )

    def headline(self) -> str:
        return "gave the berth away"


async def test_people_read_words_and_names_where_programs_read_states_and_ids(
    served: Served, database: Database
) -> None:
    ann, may = served.actors["ann"], served.actors["may"]
    assert may.user_id
    async with database.tx(ann) as tx:
        await audit.record(tx, ann, BerthGiven(berth_id=new_id(), user_id=may.user_id, was=None))
    async with served.client("ann") as client:
        page = (await client.get("/audit")).text
    for expected in (
        "<del>In review</del>",
        "<ins>Ready for staging</ins>",
        "<ins>May Member</ins>",
        ">Owner<",
    ):
        assert expected in page, expected
    squeezed = " ".join(page.split())
    assert re.search(r"gave the berth away: <span class=\"person[^>]*>.*?May Member", squeezed)
    assert "IN_REVIEW" not in page
    async with served.api_client("ann") as client:
        told = (await client.get("/events")).json()["data"][0]
    assert told["changes"] == {
        "status": ["IN_REVIEW", "READY_STAGING"],
        "owner_id": [None, str(may.user_id)],
    }
    (entry,) = await feed_of(database, ann, UUID(told["subject"]["id"]))
    assert (entry.whom, entry.named["owner_id"]) == ("May Member", (None, "May Member"))
    assert entry.changes["owner_id"] == (None, str(may.user_id))


async def feed_of(database: Database, actor: Actor, id: UUID) -> list[audit.FeedEntry]:
    return await audit.feed(database.reader(actor), actor, "release", id)


async def test_every_filter_narrows_the_log(served: Served, database: Database) -> None:
    ann, may = served.actors["ann"], served.actors["may"]
    first = await moor(database, ann)
    second = await moor(database, may)
    async with served.api_client("ann") as client:

        async def found(**query: str) -> list[int]:
            answer = await client.get("/events", params=query)
            assert answer.status_code == 200, answer.text
            return [each["id"] for each in answer.json()["data"]]

        assert (await found())[:2] == [second, first]
        assert await found(who=str(may.user_id)) == [second]
        assert await found(what="boat.moored") == [second, first]
        assert await found(what="boat.") == [second, first]
        assert await found(what="boat.sunk") == []
        assert await found(key="B-1") == [second, first]
        assert await found(key="B-2") == []
        tomorrow = (clock.now() + timedelta(days=1)).isoformat()
        assert await found(since=tomorrow) == []
        assert (await found(until=tomorrow))[:2] == [second, first]
        assert await found(until="0001-01-01T00:00:00Z") == []
        boat = new_id()
        async with database.tx(ann) as tx:
            await search.put(tx, kind="boat", id=boat, key="B-77", title="Albatross", path="/boats/B-77")
        third = await moor(database, ann, boat)
        assert await found(key="b-77") == [third]
    async with served.client("ann") as client:
        assert 'href="/o/' in (page := await client.get("/audit", params={"key": "B-77"})).text
        assert "/boats/B-77" in page.text
        page = await client.get("/audit", params={"who": "jobs"})
        assert "No such event" in page.text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"since": "yesterday"}, "Write a date such as 2026-11-20."),
        ({"until": "2026-02-30"}, "Write a date such as 2026-11-20."),
        ({"since": "0001-01-01"}, "Write a date such as 2026-11-20."),
        ({"who": "nobody"}, "Choose somebody of the list."),
    ],
)
async def test_a_filter_that_makes_no_sense_is_marked_and_kept(
    served: Served, query: dict[str, str], sentence: str
) -> None:
    async with served.client("ann") as client:
        page = await client.get("/audit", params=query)
    assert page.status_code == 200
    assert sentence in page.text


@pytest.mark.parametrize(
    "query", [{"who": "x"}, {"what": "x' or 1=1"}, {"since": "2026-01-01"}, {"key": "\x00"}, {"cursor": "x"}]
)
async def test_the_api_refuses_bad_filters_by_name(served: Served, query: dict[str, str]) -> None:
    async with served.api_client("ann") as client:
        answer = await client.get("/events", params=query)
    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["field"] in query


async def test_older_events_are_on_the_next_page(served: Served, database: Database) -> None:
    ann = served.actors["ann"]
    async with database.tx(ann) as tx:
        ids = await audit.record_all(tx, ann, [BoatMoored(boat_id=new_id()) for _ in range(25)])
    found: list[int] = []
    async with served.api_client("ann") as client:
        address = "/events?limit=10"
        while address:
            answer = (await client.get(address)).json()
            found += [each["id"] for each in answer["data"]]
            cursor = answer["meta"].get("next_cursor")
            assert (answer["links"]["next"] is None) is (cursor is None)
            address = f"/events?limit=10&cursor={cursor}" if cursor else ""
    assert found[: len(ids)] == ids[::-1]
    assert len(found) == len(set(found))
    async with served.client("ann") as client:
        assert "Older" in (await client.get("/audit?limit=10")).text


async def test_a_page_of_the_log_takes_a_fixed_number_of_trips(served: Served, database: Database) -> None:
    from cutwater.audit.trail.forms import Chosen, filters_of
    from cutwater.audit.trail.views import page_of

    ann = served.actors["ann"]
    for _ in range(5):
        await moor(database, ann)
    reader = database.reader(ann)
    filters = filters_of(Chosen(), "UTC")
    await page_of(reader, filters, None, 50)
    assert reader.trips == 3  # the last is for names


async def test_the_verdict_names_what_was_tampered_with(served: Served, database: Database) -> None:
    ann = served.actors["ann"]
    event_id = await moor(database, ann)
    await seal(database)
    async with served.client("ann") as client, served.api_client("ann") as programmed:
        assert "Intact" in (await client.get("/audit/verification")).text
        with tampering(database) as connection:
            connection.execute("update event_log set name = 'boat.sunk' where id = %s", [event_id])
            here = "select count(*) from event_log where organization_id = %s"
            [[events]] = connection.execute(here, [ann.organization_id]).fetchall()
        page = (await client.get("/audit/verification")).text
        answer = (await programmed.get("/audit/verification")).json()["data"]
        status = (await programmed.get("/audit/status")).json()["data"]
        part = await client.get(
            "/audit/verification", headers={"HX-Request": "true", "HX-Request-Type": "partial"}
        )
    assert "was altered" in page
    assert "<html" not in part.text
    assert answer["intact"] is False
    assert answer["findings"] == [{"fault": "altered", "event_id": event_id, "block": 1}]
    assert (status["blocks"], status["events"], status["head"]) == (1, events, answer["head"])


async def test_an_export_is_safe_in_a_spreadsheet_and_is_logged(served: Served, database: Database) -> None:
    ann = served.actors["ann"]
    async with database.tx(ann) as tx:
        await audit.record(tx, ann, BoatMoored(boat_id=new_id()), note="=HYPERLINK(1)")
    async with served.client("ann") as client:
        answer = await exported(client, {"what": "boat.", "key": "", "who": "", "since": "", "until": ""})
        assert answer.status_code == 200
        assert "attachment" in answer.headers["content-disposition"]
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert [row["note"] for row in rows] == ["'=HYPERLINK(1)"]
        assert rows[0]["before → after"] == "status: SAILING → MOORED"
        assert rows[0]["who"] == "Ann Anders"
        assert (await exported(client, {"since": "never"})).status_code == 400
    feed = await audit.feed(database.reader(ann), ann, "log", ann.organization_id or new_id())
    assert [entry.headline for entry in feed] == ["exported 1 events of the log"]


async def test_home_tells_members_what_changed_last_to_each_thing_once(
    served: Served, database: Database
) -> None:
    ann, boat = served.actors["ann"], new_id()
    await moor(database, ann, boat)
    for _ in range(3):
        await moor(database, ann, harbour_id=boat)
    await moor(database, served.actors["zoe"])
    async with served.client("may") as member:
        page = await member.get("/activity")
    assert page.status_code == 200
    assert page.text.count("moored at the quay") == 1
    assert "Ann Anders" in page.text
    assert "and 3 before" in page.text


async def test_what_wiring_does_not_name_stays_in_the_audit_log(served: Served, database: Database) -> None:
    await moor(database, served.actors["ann"])
    may = served.actors["may"]
    reader = database.reader(may)
    assert await views.recent(reader, may, ["release."], 6, None) == []
    assert len(await views.recent(reader, may, ["boat."], 6, None)) == 1


async def test_what_changed_takes_a_fixed_number_of_trips(served: Served, database: Database) -> None:
    for _ in range(4):
        await moor(database, served.actors["ann"])
    may = served.actors["may"]
    reader = database.reader(may)
    found = await views.recent(reader, may, ["boat."], 3, clock.now() - timedelta(minutes=1))
    assert ([each.is_new for each in found], reader.trips) == ([True] * 3, 3)


def test_what_changed_is_followed_by_the_topics_of_its_events() -> None:
    assert views.topics_of(["release.", "step.moved", "step.assigned"]) == ["releases", "steps"]


async def test_home_follows_what_its_viewer_may(served: Served) -> None:
    async with served.client("may") as client:
        page = (await client.get("/activity")).text
    panel = page.split('id="home-activity"')[1]
    assert 'data-refresh-on="boats"' in panel


def test_looks_within_half_an_hour_are_one_look() -> None:
    morning = datetime(2026, 11, 20, 8, tzinfo=UTC)
    before, kept = views.looked("", morning)
    assert before is None
    before, kept = views.looked(kept, morning + timedelta(minutes=29))
    assert before is None
    before, kept = views.looked(kept, morning + timedelta(hours=3))
    assert before == morning + timedelta(minutes=29)
    before, kept = views.looked(kept, morning + timedelta(hours=3, minutes=20))
    assert before == morning + timedelta(minutes=29)


@pytest.mark.parametrize("cookie", ["x", "1.2.3", "-1.5", "1.99999999999999999", "¹.²", "0.0"])
def test_a_cookie_that_is_no_look_of_ours_is_as_none(cookie: str) -> None:
    now = datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert views.looked(cookie, now) == (None, f"0.{int(now.timestamp())}")


async def test_a_feed_shows_people_where_the_log_has_their_ids(served: Served, database: Database) -> None:
    ann = served.actors["ann"]
    boat = new_id()
    await moor(database, ann, boat, was=str(ann.user_id))
    [entry] = await audit.feed(database.reader(ann), ann, "boat", boat)
    assert entry.named == {"status": ("Ann Anders", "MOORED")}
