"""Live changes over real sockets: exactly once, in spite of late commits, reconnects and lost connections."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx2
import pytest

from cutwater import audit, notifications
from cutwater.audit.core.tokens import parse
from cutwater.audit.live import views
from cutwater.audit.log import ports
from cutwater.audit.log.permissions import organization_of
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.grants import Grant
from cutwater.kernel.ids import new_id
from cutwater.kernel.reader import Reader
from tests import world
from tests.audit.serving import Listener, Served, listening, serving
from tests.audit.world import BoatMoored, moor, tampering


@pytest.fixture
async def served(database: Database, people: dict[str, Actor]) -> AsyncIterator[Served]:
    """Two organizations: `ann` and `bob` in one, `zoe` in the other; `vic` may not even read."""
    vic = replace(people["VIEWER"], grants=frozenset[Grant]())
    zoe = await world.organization_in(database, "Other")
    actors = {"ann": people["OWNER"], "bob": people["ADMIN"], "vic": vic, "zoe": zoe}
    async with serving(database, actors) as running:
        yield running


async def write_with_delays(database: Database, actor: Actor, seed: int, count: int) -> list[int]:
    """Transactions that stay open for a while after they logged, and sometimes roll back."""
    dice = random.Random(seed)
    ids: list[int] = []
    for _ in range(count):
        try:
            async with database.tx(actor) as tx:
                written = await audit.record(tx, actor, BoatMoored(boat_id=new_id()))
                await asyncio.sleep(dice.random() * 0.05)
                if dice.random() < 0.2:
                    raise KeyError
            ids.append(written)
        except KeyError:
            pass
    return ids


async def written_by_eight(database: Database, actor: Actor, count: int = 20) -> set[int]:
    writers = (write_with_delays(database, actor, seed, count) for seed in range(8))
    return {event_id for ids in await asyncio.gather(*writers) for event_id in ids}


async def test_with_eight_writers_every_listener_hears_every_event_exactly_once(
    served: Served, database: Database
) -> None:
    ann = served.actors["ann"]
    async with (
        served.client("ann") as a,
        served.client("bob") as b,
        served.client("zoe") as z,
        listening(a, "boats") as one,
        listening(b, "boats") as two,
        listening(z, "boats") as other,
    ):
        expected = await written_by_eight(database, ann)
        for listener in (one, two):
            await listener.until(lambda it: len(it.ids) >= len(expected))
            assert sorted(listener.ids) == sorted(expected)
        assert other.ids == []


async def test_reconnecting_all_the_time_loses_nothing_and_doubles_nothing(
    served: Served, database: Database
) -> None:
    ann = served.actors["ann"]
    async with served.client("ann") as client:
        listener = Listener(client, "boats")
        done = asyncio.Event()

        async def come_and_go() -> None:
            dice = random.Random(7)
            while not done.is_set():
                connection = asyncio.create_task(listener.listen())
                await asyncio.sleep(0.02 + dice.random() * 0.1)
                connection.cancel()
                await asyncio.gather(connection, return_exceptions=True)

        browsing = asyncio.create_task(come_and_go())
        await listener.until(lambda it: it.last_id)
        expected = await written_by_eight(database, ann)
        await listener.until(lambda it: len(it.ids) >= len(expected))
        done.set()
        await browsing
        assert sorted(listener.ids) == sorted(expected)
        assert listener.connections > 5


async def test_a_lost_database_connection_loses_no_event(served: Served, database: Database) -> None:
    ann = served.actors["ann"]
    async with served.client("ann") as client, listening(client, "boats") as listener:
        first = await moor(database, ann)
        with tampering(database) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        second = await moor(database, ann)
        await listener.until(lambda it: len(it.ids) >= 2)
        assert listener.ids == [first, second]


async def test_a_frame_says_what_happened_to_what_and_who_did_it(served: Served, database: Database) -> None:
    ann, boat, harbour = served.actors["ann"], new_id(), new_id()

    async def names(_reader: Reader, ids: Iterable[UUID]) -> Mapping[UUID, str]:
        return {id: "Ann Anders" for id in ids if id == ann.user_id}

    before = ports._source
    audit.use_names(names)
    try:
        async with served.client("bob") as client, listening(client, f"harbour:{harbour}") as listener:
            event_id = await moor(database, ann, boat, harbour_id=harbour)
            await listener.until(lambda it: it.ids)
    finally:
        audit.use_names(before)
    [change] = listener.changes
    assert change.pop("at")
    assert change == {
        "event_id": event_id,
        "name": "boat.moored",
        "subject": f"boat:{boat}",
        "context": f"harbour:{harbour}",
        "key": "B-1",
        "headline": "moored at the quay",
        "actor": {"kind": "user", "id": str(ann.id), "name": "Ann Anders"},
        "data": {
            "boat_id": str(boat),
            "harbour_id": str(harbour),
            "was": "SAILING",
            "changes": {"status": ["SAILING", "MOORED"]},
        },
    }


async def test_a_nudge_reaches_its_owner_only(served: Served, database: Database) -> None:
    ann, bob = served.actors["ann"], served.actors["bob"]
    async with (
        served.client("ann") as a,
        served.client("bob") as b,
        listening(a, "inbox,boats") as hers,
        listening(b, "inbox,boats") as his,
    ):
        async with database.tx(ann) as tx:
            assert bob.user_id is not None
            await audit.nudge(tx, f"inbox:{bob.user_id}", to=bob.user_id)
        await his.until(lambda it: it.changes)
        event_id = await moor(database, ann)
        await hers.until(lambda it: it.changes)
        assert his.changes[0]["name"] == "inbox.changed"
        assert [change.get("event_id") for change in hers.changes] == [event_id]


async def test_long_work_is_told_to_whoever_started_it_only(served: Served, database: Database) -> None:
    ann, bob = served.actors["ann"], served.actors["bob"]
    async with (
        served.client("ann") as a,
        served.client("bob") as b,
    ):
        async with database.tx(bob) as tx:
            work_id = await notifications.begin_work(tx, bob, "import", "Bob's import", total=10)
        async with (
            listening(a, f"work:{work_id},boats") as hers,
            listening(b, f"work:{work_id},boats") as his,
        ):
            async with database.tx(bob) as tx:
                await notifications.advance_work(tx, work_id, 5)
            await his.until(lambda it: it.changes)
            event_id = await moor(database, ann)
            await hers.until(lambda it: it.changes)
        assert his.changes[0] == {"name": "work.changed", "subject": f"work:{work_id}", "context": None}
        assert [change.get("event_id") for change in hers.changes] == [event_id]


@pytest.mark.parametrize("address", ["/live", "/changes"])
async def test_following_needs_the_right_organization_and_ones_own_inbox(
    served: Served, address: str
) -> None:
    async with served.client("ann") as client:
        foreign = await client.get(served.path("zoe", address), params={"topics": "boats"})
        inbox = await client.get(served.path("ann", address), params={"topics": f"inbox:{new_id()}"})
        nonsense = await client.get(served.path("ann", address), params={"topics": "no topic"})
    async with served.client("vic") as client:
        unread = await client.get(served.path("ann", address), params={"topics": "boats"})
    async with httpx2.AsyncClient() as client:
        nobody = await client.get(served.path("ann", address), headers={"Accept": "application/json"})
    assert [each.status_code for each in (foreign, inbox, nonsense, unread)] == [404, 403, 400, 403]
    assert nobody.status_code in (303, 401)


@pytest.mark.parametrize(
    "since", ["garbage", "1-1:1:", "77-5:5:", f"1-5:{2**62 + 1}:", f"1-5:{2**62}:", "1-5:9:7,6"]
)
async def test_a_place_that_cannot_be_followed_on_means_reload(
    served: Served, database: Database, since: str
) -> None:
    async with served.client("ann") as client:
        listener = Listener(client, "boats")
        place = parse(since)
        if place is not None:
            since = served.hub.place(place, organization_of(served.actors["ann"]))
        listener.last_id = since
        connection = asyncio.create_task(listener.listen())
        polled = (await client.get("/changes", params={"topics": "boats", "since": since})).json()
        if place is not None and place.xmax == 1:  # long ago, and nothing happened since
            await listener.until(lambda it: it.last_id != since)
            assert polled["reload"] is False
        else:
            await listener.until(lambda it: it.others)
            assert listener.others == [("reload", {})]
            assert polled["reload"] is True
            assert polled["changes"] == []
        assert listener.last_id != since
        connection.cancel()
        await asyncio.gather(connection, return_exceptions=True)


async def test_polling_tells_everything_once_and_304_when_there_is_nothing(
    served: Served, database: Database
) -> None:
    ann = served.actors["ann"]
    async with served.client("bob") as client:
        query = {"topics": "boats"}
        token = (await client.get("/changes", params=query)).json()["token"]
        writing = asyncio.create_task(written_by_eight(database, ann, 8))
        found: list[int] = []
        while not writing.done() or not found:
            answer = (await client.get("/changes", params=query | {"since": token})).json()
            token = answer["token"]
            found += [change["event_id"] for change in answer["changes"]]
        last = await client.get("/changes", params=query | {"since": token})
        found += [change["event_id"] for change in last.json()["changes"]]
        assert sorted(found) == sorted(await writing)
        query["since"] = last.json()["token"]
        headers = {"If-None-Match": last.headers["etag"]}
        assert (await client.get("/changes", params=query, headers=headers)).status_code == 304
        await moor(database, ann)
        again = await client.get("/changes", params=query, headers=headers)
        assert (again.status_code, len(again.json()["changes"])) == (200, 1)


async def test_a_quiet_poller_of_a_busy_log_gets_a_fresh_place(
    served: Served, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "FRESHEN_AFTER", 2)
    async with served.client("bob") as client:
        query = {"topics": "quays"}
        first = await client.get("/changes", params=query)
        query["since"] = first.json()["token"]
        for _ in range(3):
            await moor(database, served.actors["ann"])
        answer = await client.get("/changes", params=query, headers={"If-None-Match": first.headers["etag"]})
        assert answer.status_code == 200
        assert answer.json()["token"] != query["since"]
        assert answer.json()["changes"] == []


async def test_the_api_polls_and_streams_the_same(served: Served, database: Database) -> None:
    async with served.api_client("ann") as client:
        first = await client.get("/changes", params={"topics": "boats"})
        async with listening(client, "boats") as listener:
            event_id = await moor(database, served.actors["ann"])
            await listener.until(lambda it: it.ids)
        query = {"topics": "boats", "since": first.json()["data"]["token"]}
        answer = (await client.get("/changes", params=query)).json()
        assert [change["event_id"] for change in answer["data"]["changes"]] == [event_id] == listener.ids
        assert answer["data"]["changes"] == listener.changes


async def test_closing_the_hub_ends_the_streams_at_once(served: Served) -> None:
    async with served.client("ann") as client:
        listener = Listener(client, "boats")
        connection = asyncio.create_task(listener.listen())
        await listener.until(lambda it: it.last_id)
        assert len(served.hub.fanout) == 1
        served.hub.close()
        await asyncio.wait_for(connection, 2)
        late = Listener(client, "boats")
        await asyncio.wait_for(late.listen(), 2)
        assert late.last_id


async def test_a_browser_that_went_away_is_forgotten(served: Served, database: Database) -> None:
    async with served.client("ann") as client, listening(client, "boats"):
        assert len(served.hub.fanout) == 1
    async with asyncio.timeout(20):
        while len(served.hub.fanout):
            await moor(database, served.actors["ann"])


async def test_a_browser_that_leaves_while_its_stream_opens_costs_no_connection(
    served: Served, database: Database
) -> None:
    ann = served.actors["ann"]
    since = served.hub.place(await served.hub.ready(), organization_of(ann))
    await moor(database, ann, new_id())
    for turns in range(40):
        chunks = views._chunks(served.hub, ann, frozenset({"boats"}), since)
        opening = asyncio.ensure_future(anext(chunks))
        for _ in range(turns):
            await asyncio.sleep(0)
        while not opening.done():  # as the server does it: until the stream gives in
            opening.cancel()
            await asyncio.sleep(0)
        await chunks.aclose()
    await asyncio.gather(*views._READING, return_exceptions=True)
    assert database.pool.get_stats().get("returns_bad", 0) == 0


async def test_a_topics_state_is_drawn_once_for_all_and_for_events_that_come_together(
    database: Database,
) -> None:
    ann = await world.organization_in(database)
    harbour = new_id()
    calls: list[list[int]] = []
    gate = asyncio.Event()

    async def view(
        reader: Reader, organization_id: UUID, id: UUID, events: Sequence[audit.LoggedEvent]
    ) -> dict[str, Any]:
        calls.append([event.id for event in events])
        await gate.wait()
        assert (organization_id, id) == (ann.organization_id, harbour)
        return {"boats": max(event.id for event in events)}

    async with serving(database, {"ann": ann}, harbour=view) as served:
        async with served.client("ann") as client:
            place = (await client.get("/changes")).json()["token"]
            topic = f"harbour:{harbour}"
            async with listening(client, topic) as one, listening(client, topic) as two:
                ids = [await moor(database, ann, harbour_id=harbour)]
                await one.until(lambda it: len(it.ids) == 1)
                ids += [await moor(database, ann, harbour_id=harbour) for _ in range(5)]
                await one.until(lambda it: len(it.ids) == 6)
                gate.set()
                for listener in (one, two):
                    await listener.until(lambda it: len(it.others) == 2)
                    states = [("state", {"topic": topic, "boats": last}) for last in (ids[0], ids[-1])]
                    assert listener.others == states
            polled = (await client.get("/changes", params={"topics": topic, "since": place})).json()
        assert polled["states"] == [{"topic": topic, "boats": ids[-1]}]
    assert calls == [ids[:1], ids[1:]]


async def test_whoever_comes_back_to_a_drawn_topic_is_told_to_read_it_anew(database: Database) -> None:
    ann, harbour = await world.organization_in(database), new_id()

    async def view(*_: object) -> dict[str, Any]:
        return {"only": "what changed"}

    async with serving(database, {"ann": ann}, harbour=view) as served, served.client("ann") as client:
        topic = f"harbour:{harbour}"
        async with listening(client, topic) as listener:
            place = listener.last_id
            missed = await moor(database, ann, harbour_id=harbour)
            await listener.until(lambda it: it.others)
        back = Listener(client, topic)
        back.last_id = place
        connection = asyncio.create_task(back.listen())
        await back.until(lambda it: it.others)
        connection.cancel()
        await asyncio.gather(connection, return_exceptions=True)
    assert back.ids == [missed]
    assert back.others[0][0] == "reload"


async def test_a_broken_view_ends_nobodys_stream(database: Database) -> None:
    ann, harbour = await world.organization_in(database), new_id()

    async def view(*_: object) -> dict[str, Any]:
        raise ValueError("a bug in a view")

    async with (
        serving(database, {"ann": ann}, harbour=view) as served,
        served.client("ann") as client,
        listening(client, f"harbour:{harbour}") as listener,
    ):
        for count in (1, 2):
            await moor(database, ann, harbour_id=harbour)
            await listener.until(lambda it, count=count: len(it.ids) == count)
        assert listener.others == []


async def test_too_many_changes_at_once_mean_reload(served: Served, database: Database) -> None:
    ann = served.actors["ann"]
    async with served.client("ann") as client, listening(client, "boats") as listener:
        place = listener.last_id
        async with database.tx(ann) as tx:
            await audit.record_all(tx, ann, [BoatMoored(boat_id=new_id()) for _ in range(5001)])
        await listener.until(lambda it: it.others)
        assert listener.others == [("reload", {})]
        event_id = await moor(database, ann)
        await listener.until(lambda it: it.ids)
        assert listener.ids == [event_id]
        polled = (await client.get("/changes", params={"topics": "boats", "since": place})).json()
        assert polled["reload"] is True
        late = Listener(client, "boats")
        late.last_id = place
        connection = asyncio.create_task(late.listen())
        await late.until(lambda it: it.others)
        connection.cancel()
        await asyncio.gather(connection, return_exceptions=True)
        assert late.others == [("reload", {})]
