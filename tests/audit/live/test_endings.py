"""A stream ends soon after its person, key or session may not follow any more, whoever serves it."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import psycopg
import pytest

from cutwater import audit, wiring
from cutwater.audit.live import views
from cutwater.identity.keys import service
from cutwater.identity.members.service import members
from cutwater.identity.sessions.service import access, sessions
from cutwater.identity.sessions.service.authentication import Presented, find_actor
from cutwater.kernel import crypto
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.grants import Grant
from cutwater.kernel.ids import new_id
from tests import world
from tests.audit.serving import SECRETS, Listener, serving

SOON = 5


async def opened(
    database: Database, hub: audit.Hub, claim: Presented
) -> tuple[Actor, "asyncio.Task[None]", asyncio.Event]:
    """A stream of whoever presents this, read to its end by a task; the event is set once it is open."""
    actor = await find_actor(database, claim)
    assert actor is not None

    async def check() -> bool:
        now = await find_actor(database, claim)
        return now is not None and now.grants == actor.grants

    is_open = asyncio.Event()

    async def read() -> None:
        async for _ in views._chunks(hub, actor, frozenset({"runs"}), "", check):
            is_open.set()

    return actor, asyncio.create_task(read()), is_open


async def deactivated(database: Database, owner: Actor, person: Actor) -> None:
    root = Actor(kind="user", id=owner.id, name="Root", grants=frozenset(Grant), user_id=owner.user_id)
    async with database.tx(root) as tx:
        await access.set_account_active(tx, root, of(person), is_active=False)


async def removed(database: Database, owner: Actor, person: Actor) -> None:
    async with database.tx(owner) as tx:
        await members.end_membership(tx, owner, of(person))


async def demoted(database: Database, owner: Actor, person: Actor) -> None:
    async with database.tx(owner) as tx:
        await members.update_member(tx, owner, of(person), role="VIEWER")


async def signed_out(database: Database, owner: Actor, person: Actor) -> None:
    assert person.session_id is not None
    async with database.tx(person) as tx:
        await sessions.end_session(tx, person, person.session_id)


def of(person: Actor) -> UUID:
    assert person.user_id is not None
    return person.user_id


@pytest.mark.parametrize("ending", [deactivated, removed, demoted, signed_out])
async def test_a_stream_ends_in_every_process(
    database: Database, ending: Callable[[Database, Actor, Actor], Awaitable[None]]
) -> None:
    wiring.declare()
    async with database.tx(None) as tx:
        owner = await world.organization(tx)
        member = await world.person(tx, owner, "MEMBER")
    async with database.tx(member) as tx:
        session = await sessions.start_session(tx, of(member))
    claim = Presented(session_hash=crypto.fingerprint(session.token), slug=owner.organization)
    hubs = [audit.Hub(database, secrets=SECRETS) for _ in range(2)]
    running = [asyncio.create_task(hub.run()) for hub in hubs]
    streams = [await opened(database, hub, claim) for hub in hubs]
    for _, _, is_open in streams:
        await asyncio.wait_for(is_open.wait(), SOON)
    await ending(database, owner, streams[0][0])
    await asyncio.wait_for(asyncio.gather(*(task for _, task, _ in streams)), SOON)
    assert [len(hub.fanout) for hub in hubs] == [0, 0]
    for hub in hubs:
        hub.close()
    await asyncio.gather(*running)


async def test_a_keys_stream_ends_when_it_is_revoked_and_its_makers_goes_on(database: Database) -> None:
    wiring.declare()
    async with database.tx(None) as tx:
        owner = await world.organization(tx)
        key, secret = await service.create_api_key(tx, owner, "CI", ["runs:read"])
    async with database.tx(owner) as tx:
        session = await sessions.start_session(tx, of(owner))
    hub = audit.Hub(database, secrets=SECRETS)
    running = asyncio.create_task(hub.run())
    by_key = await opened(database, hub, Presented(key_hash=crypto.fingerprint(secret)))
    claim = Presented(session_hash=crypto.fingerprint(session.token), slug=owner.organization)
    by_person = await opened(database, hub, claim)
    for _, _, is_open in (by_key, by_person):
        await asyncio.wait_for(is_open.wait(), SOON)
    async with database.tx(owner) as tx:
        await service.revoke_api_key(tx, owner, key)
    await asyncio.wait_for(by_key[1], SOON)
    assert not by_person[1].done()
    hub.close()
    await asyncio.gather(running, by_person[1])


async def test_the_server_asks_the_request_again_who_it_is(database: Database) -> None:
    wiring.declare()
    async with database.tx(None) as tx:
        owner = await world.organization(tx)
        bob = await world.person(tx, owner, "ADMIN")
    actors = {"bob": bob, "owner": owner}
    async with serving(database, actors) as served, served.client("bob") as client:
        listener = Listener(client, "runs,boats")
        connection = asyncio.create_task(listener.listen())
        await listener.until(lambda it: it.last_id)
        del actors["bob"]
        await removed(database, owner, bob)
        await asyncio.wait_for(connection, SOON)
        assert len(served.hub.fanout) == 0


@pytest.mark.parametrize("failure", [psycopg.OperationalError("gone"), TimeoutError(), RuntimeError("bug")])
async def test_a_stream_whose_access_cannot_be_asked_for_ends(database: Database, failure: Exception) -> None:
    hub = audit.Hub(database, secrets=SECRETS)

    async def check() -> bool:
        raise failure

    sure, unsure = (hub.join(new_id(), frozenset({"runs"}), check=each)[0] for each in (None, check))
    for subscriber in (sure, unsure):
        await hub.recheck(subscriber)
    assert (sure.is_dropped, unsure.is_dropped, len(hub.fanout)) == (False, True, 1)
    assert await unsure.chunks.get() is None
