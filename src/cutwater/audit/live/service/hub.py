"""The live hub: one LISTEN connection per process follows the log and sends each change to all who watch it.

It follows by snapshot token (see tokens.py), so an event that commits late is neither lost nor doubled.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from uuid import UUID

import psycopg
from prometheus_client import Counter
from psycopg_pool import PoolTimeout

from cutwater.audit.core import changes, frames
from cutwater.audit.core.fanout import Fanout, Item, Subscriber
from cutwater.audit.core.records import LoggedEvent
from cutwater.audit.core.sight import decides_access
from cutwater.audit.core.tokens import Token, parse, read, signed
from cutwater.audit.live import queries
from cutwater.audit.live.ports import TopicView
from cutwater.audit.live.service.drawing import Background, Drawing
from cutwater.audit.live.service.states import States
from cutwater.audit.log.ports import names_of
from cutwater.kernel import log
from cutwater.kernel.connections import Connection
from cutwater.kernel.db import Database
from cutwater.kernel.grants import Grant
from cutwater.kernel.metrics import LIVE_STREAMS

LOOK_SECONDS = 1.0
COALESCE_SECONDS = 0.01
HEARTBEAT_SECONDS = 15.0
RETRY_SECONDS = 1.0
LIVE_EVENTS = Counter("cutwater_live_events_total", "Events that the live hub has sent on.")
SLOW_CLIENTS = Counter(
    "cutwater_live_slow_clients_total", "Live streams dropped because they read too slowly."
)
LOST = (psycopg.Error, PoolTimeout, OSError, TimeoutError)


class Hub:
    """`run()` it as a task; `close()` ends every stream and the task, from a signal handler too."""

    def __init__(
        self, database: Database, views: Mapping[str, TopicView] | None = None, *, secrets: Sequence[str]
    ) -> None:
        self.secrets = secrets
        self.database = database
        self.views: dict[str, TopicView] = dict(views or {})
        self.fanout = Fanout()
        self.states = States(database, self.views)
        self.token: Token | None = None
        self._closing = asyncio.Event()
        self._ready = asyncio.Event()
        self._looking = asyncio.Lock()
        self._background = Background()
        self._drawing = Drawing(self.states, self.fanout, self._background)

    @property
    def is_closing(self) -> bool:
        return self._closing.is_set()

    def close(self) -> None:
        """End every stream; clients come back to whoever answers then, with their place in the log."""
        self._closing.set()
        self._ready.set()
        self.fanout.close()

    async def run(self) -> None:
        """Follow the log until `close()`, through lost connections."""
        while not self.is_closing:
            following = asyncio.create_task(self._follow())
            closing = asyncio.create_task(self._closing.wait())
            await asyncio.wait({following, closing}, return_when=asyncio.FIRST_COMPLETED)
            closing.cancel()
            following.cancel()
            try:
                with suppress(asyncio.CancelledError):
                    await following
            except LOST as failure:
                log.logger(__name__).warning("live_hub_lost_the_database", reason=str(failure))
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), RETRY_SECONDS)
        self._background.cancel()

    async def ready(self) -> Token:
        """Wait for the first look at the log."""
        await self._ready.wait()
        return self.token or Token(1, 1, 1)

    def place(self, token: Token | None, organization_id: UUID) -> str:
        """A place in the log as a client of this organization keeps it; empty when there is none."""
        return signed(token, organization_id, self.secrets) if token is not None else ""

    def placed(self, text: str, organization_id: UUID) -> Token | None:
        """The place that a client of this organization brought back; None when it is not ours."""
        return read(text, organization_id, self.secrets) if text else None

    def join(
        self,
        organization_id: UUID,
        topics: frozenset[str],
        sight: frozenset[Grant] = frozenset(),
        who: frozenset[UUID] = frozenset(),
        check: Callable[[], Awaitable[bool]] | None = None,
    ) -> tuple[Subscriber, Token]:
        """A new subscriber, and the place in the log from which it will be told: one step."""
        subscriber = Subscriber(organization_id, topics, sight, who, check)
        token = self.token or Token(1, 1, 1)
        if self.is_closing:
            subscriber.drop()
        else:
            self.fanout.add(subscriber)
            LIVE_STREAMS.set(len(self.fanout))
        return subscriber, token

    def leave(self, subscriber: Subscriber) -> None:
        """Its stream ended."""
        self.fanout.remove(subscriber)
        LIVE_STREAMS.set(len(self.fanout))

    async def look(self) -> None:
        """Read what committed since the last look, and send it on."""
        async with self._looking:
            before = self.token
            if before is None:
                return
            rows = await self.database.reader(None).all(queries.after(before.snapshot))
            token = parse(f"{before.epoch}-{rows[0].snapshot}")
            events = queries.events_in(rows)
            if token is None or len(events) > queries.GAP_LIMIT:
                self.token = token or before
                self.fanout.everybody(frames.RELOAD)
                return
            ready = await self._prepare(events)
            # from here to the end nothing waits: a client that joins now gets this batch once, never twice
            self.token = token
            for organization_id, items in ready.items():
                place = self.place(token, organization_id)
                self.fanout.publish(organization_id, items, partial(frames.batch, token=place))
            LIVE_EVENTS.inc(len(events))
            self._drawing.after(events)
            self._recheck(events)

    def _recheck(self, events: Sequence[LoggedEvent]) -> None:
        """Ask again for the streams of whoever these events may have shut out."""
        deciding = [event for event in events if decides_access(event.subject_kind)]
        concerned = frozenset(id for event in deciding for id in (event.subject_id, event.whom_id) if id)
        for subscriber in self.fanout.of(concerned) if concerned else ():
            self._background.start(self.recheck(subscriber))

    async def recheck(self, subscriber: Subscriber) -> None:
        """End a stream whose person, key or session may not follow as it does, or of whom that cannot be
        said; the client asks again."""
        if subscriber.check is None:
            return
        try:
            may_follow = await subscriber.check()
        except Exception as failure:  # noqa: BLE001
            # whatever failed, nobody follows on without an answer
            log.logger(__name__).error("live_access_unknown", exc_info=failure)
            may_follow = False
        if not may_follow:
            self.leave(subscriber)
            subscriber.drop()

    async def _prepare(self, events: Sequence[LoggedEvent]) -> dict[UUID, list[Item]]:
        found: dict[UUID, list[Item]] = {}
        in_order = sorted(events, key=lambda each: each.organization_id)
        for organization_id, group in itertools.groupby(in_order, key=lambda each: each.organization_id):
            theirs = list(group)
            watched = self.fanout.watched(organization_id)
            wanted = changes.watched(theirs, watched)
            if wanted:
                reader = self.database.reader(organization_id)
                ids = (id for each in wanted for id in (each.actor_user_id, each.actor_id))
                found[organization_id] = changes.frames_of(theirs, await names_of(reader, ids))
        return found

    async def _follow(self) -> None:
        connection = await self.database.connect(autocommit=True)
        async with connection:
            await connection.execute("listen event_log")
            await connection.execute("listen live")
            await self._find_place(connection)
            beat = asyncio.get_running_loop().time() + HEARTBEAT_SECONDS
            while True:
                await self.look()
                notes = [n async for n in connection.notifies(timeout=LOOK_SECONDS, stop_after=1)]
                if any(note.channel == "event_log" for note in notes):
                    await asyncio.sleep(COALESCE_SECONDS)
                self._pass_on([note.payload for note in notes if note.channel == "live"])
                if asyncio.get_running_loop().time() >= beat:
                    beat = asyncio.get_running_loop().time() + HEARTBEAT_SECONDS
                    self._beat()

    async def _find_place(self, connection: Connection) -> None:
        """Where to follow from: the last place, or now, when there is none or the cluster is another."""
        row = await (await connection.execute(queries.PLACE)).fetchone()
        now = parse(f"{row[0]}-{row[1]}") if row else None
        if now is None:
            raise OSError("the database gave no snapshot")
        if self.token is None or self.token.epoch != now.epoch or self.token.xmax > now.xmax:
            if self.token is not None:
                self.fanout.everybody(frames.RELOAD)
            self.token = now
        self._ready.set()

    def _beat(self) -> None:
        for organization_id in self.fanout.organizations():
            place = self.place(self.token, organization_id)
            self.fanout.everybody(frames.cursor(place), organization_id)
        SLOW_CLIENTS.inc(self.fanout.slow_drops)
        self.fanout.slow_drops = 0

    def _pass_on(self, payloads: Sequence[str]) -> None:
        """Nudges: `<organization> <topic> <person>`, about things of a person that are not in the log."""
        for payload in dict.fromkeys(payloads):
            with suppress(ValueError):
                organization, topic, person = payload.split(" ")
                data = {"name": f"{topic.split(':')[0]}.changed", "subject": topic, "context": None}
                self.fanout.tell(UUID(person), UUID(organization), topic, frames.frame("change", data))
