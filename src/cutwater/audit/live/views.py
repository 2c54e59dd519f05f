"""Following changes over HTTP: a stream of server-sent events, and the same by polling."""

import asyncio
import hashlib
import random
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from typing import Annotated, TypedDict, TypeVar

from fastapi import Header, Query, Request
from fastapi.responses import Response, StreamingResponse

from cutwater.audit.core import changes, frames
from cutwater.audit.core.changes import Change
from cutwater.audit.core.fanout import Subscriber
from cutwater.audit.core.records import LoggedEvent
from cutwater.audit.core.sight import sight
from cutwater.audit.core.tokens import Token, parse, resumable
from cutwater.audit.core.topics import asked
from cutwater.audit.live import queries
from cutwater.audit.live.permissions import to_follow
from cutwater.audit.live.service.hub import Hub
from cutwater.audit.live.service.states import State
from cutwater.audit.log.permissions import organization_of
from cutwater.audit.log.ports import names_of
from cutwater.kernel.actor import Actor, current_actor
from cutwater.kernel.errors import Refused, refuse
from cutwater.kernel.reader import Reader

T = TypeVar("T")
STREAM_SECONDS = 300.0
FRESHEN_AFTER = 20_000
Topics = Annotated[str, Query(max_length=4000, description="Such as releases,run:<uuid>,inbox.")]
Place = Annotated[str, Query(max_length=8000, description="The token of the answer before.")]
LastEventId = Annotated[str, Header(max_length=8000)]
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_READING: set["asyncio.Task[object]"] = set()


class Answer(TypedDict):
    """What happened since a token. `reload`: more than can be told, or the token is unknown: fetch anew."""

    token: str
    changes: list[Change]
    states: list[State]
    reload: bool


def hub_of(request: Request) -> Hub:
    """The process's hub, put there by the lifespan."""
    hub: Hub = request.app.state.hub
    return hub


def stream(request: Request, actor: Actor, topics: str, since: str) -> Response:
    """A stream of what the actor's organization does to these topics, from `since` on when it is known."""
    chunks = _chunks(hub_of(request), actor, allowed(topics, actor), since, _check(request, actor))
    return StreamingResponse(chunks, media_type="text/event-stream", headers=HEADERS)


def allowed(topics: str, actor: Actor) -> frozenset[str]:
    """The topics asked for; refused as a whole, naming each that the actor may not follow."""
    wanted = asked(topics, actor.user_id)
    refuse(may=to_follow(actor, wanted))
    return wanted


def _check(request: Request, actor: Actor) -> Callable[[], Awaitable[bool]]:
    """Whether who opened this stream would get the same again: asked anew, with nothing remembered."""

    async def check() -> bool:
        try:
            now = await current_actor(Request({**request.scope, "state": {}}, request.receive))
        except Refused:
            return False
        return now.grants == actor.grants

    return check


async def _chunks(
    hub: Hub,
    actor: Actor,
    topics: frozenset[str],
    since: str,
    check: Callable[[], Awaitable[bool]] | None = None,
) -> AsyncGenerator[bytes, None]:
    token = await hub.ready()
    cursor = hub.placed(since, organization_of(actor))
    if cursor is not None and cursor.xmax > token.xmax:
        await _to_its_end(hub.look())  # it followed another process, which was a moment ahead of this one
    who = frozenset(id for id in (actor.id, actor.user_id, actor.organization_id) if id is not None)
    subscriber, token = hub.join(organization_of(actor), topics, sight(actor.grants), who, check)
    # membership and sessions end: a stream does too, and its client asks again, with its place in the log
    lifetime = STREAM_SECONDS * random.uniform(0.8, 1.2)
    ending = asyncio.get_running_loop().call_later(lifetime, subscriber.drop)
    try:
        # access that ended between the request and the join was told to nobody
        await _to_its_end(hub.recheck(subscriber))
        yield await _to_its_end(_opening(hub, actor, subscriber, since, token))
        while (chunk := await subscriber.chunks.get()) is not None:
            yield chunk
    finally:
        ending.cancel()
        hub.leave(subscriber)


async def _to_its_end(reading: Coroutine[object, object, T]) -> T:
    """A browser that leaves ends its stream at once, but not a read half-way: that costs the connection."""
    task = asyncio.ensure_future(reading)
    _READING.add(task)
    task.add_done_callback(_read)
    return await asyncio.shield(task)


def _read(task: "asyncio.Task[object]") -> None:
    """The end of a read; what failed after its reader left is nobody's to hear."""
    _READING.discard(task)
    if not task.cancelled():
        task.exception()


async def _opening(hub: Hub, actor: Actor, subscriber: Subscriber, since: str, token: Token) -> bytes:
    """What happened between the client's place and the hub's, which is where the queue begins."""
    place = hub.place(token, subscriber.organization_id)
    if not since:
        return frames.opening(place)
    cursor = resumable(hub.placed(since, subscriber.organization_id), token)
    if cursor is None:
        return frames.opening(place) + frames.RELOAD
    reader = hub.database.reader(actor)
    rows = await reader.all(queries.gap(cursor.snapshot, token.snapshot))
    if len(rows) > queries.GAP_LIMIT:
        return frames.opening(place) + frames.RELOAD
    events = changes.shown(queries.events_in(rows), subscriber.topics, subscriber.sight)
    names = await names_of(reader, (id for each in events for id in (each.actor_user_id, each.actor_id)))
    missed = [item.frame for item in changes.frames_of(events, names)]
    if not missed:
        return frames.opening(place)
    # a drawn state says what changed since the one before, which this client did not get
    behind = frames.RELOAD if hub.states.touched(subscriber.topics, events) else b""
    return f"retry: {frames.RETRY_MILLISECONDS}\n\n".encode() + frames.batch(missed, place) + behind


async def poll(hub: Hub, reader: Reader, actor: Actor, topics: str, since: str) -> Answer:
    """What happened since a token, and the token to ask with next; `reload` when that cannot be told."""
    wanted, organization_id = allowed(topics, actor), organization_of(actor)
    cursor = hub.placed(since, organization_id)
    if cursor is None:
        head = await reader.first(queries.head())
        now = parse(f"{head.epoch}-{head.snapshot}") if head else None
        return _answer(hub.place(now, organization_id), reload=bool(since))
    heads, rows = await reader.batch(queries.head(), queries.gap(cursor.snapshot, None))
    now = parse(f"{heads[0].epoch}-{rows[0].snapshot}")
    if now is None or resumable(cursor, now) is None or len(rows) > queries.GAP_LIMIT:
        return _answer(hub.place(now, organization_id), reload=True)
    events = changes.shown(queries.events_in(rows), wanted, sight(actor.grants))
    if not events and now.xmin - cursor.xmin < FRESHEN_AFTER:
        return _answer(since)
    names = await names_of(reader, (id for each in events for id in (each.actor_user_id, each.actor_id)))
    found = [changes.change(event, names) for event in events]
    return _answer(hub.place(now, organization_id), found, await _states(hub, actor, wanted, events))


async def _states(hub: Hub, actor: Actor, topics: frozenset[str], events: list[LoggedEvent]) -> list[State]:
    organization_id = organization_of(actor)
    touched = hub.states.touched(topics, events)
    found = [await hub.states.current(organization_id, topic, each) for topic, each in touched.items()]
    return [state for state in found if state is not None]


def _answer(
    token: str,
    found: list[Change] | None = None,
    states: list[State] | None = None,
    *,
    reload: bool = False,
) -> Answer:
    return Answer(token=token, changes=found or [], states=states or [], reload=reload)


def etag(answer: Answer, topics: str) -> str:
    """Names an answer by its token: a poll that finds nothing new has the tag of the poll before."""
    return '"' + hashlib.sha256(f"{answer['token']} {topics}".encode()).hexdigest()[:20] + '"'


def is_unchanged(request: Request, answer: Answer, tag: str) -> bool:
    """Whether the client has all of this already."""
    quiet = not (answer["changes"] or answer["states"] or answer["reload"])
    return quiet and tag in re.findall(r'"[^"]*"', request.headers.get("if-none-match", ""))
