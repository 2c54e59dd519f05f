"""Pictures of live things: one view per kind, called once per process for all who watch a topic."""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

from cutwater.audit.core.records import LoggedEvent
from cutwater.audit.core.topics import by_kind
from cutwater.audit.live.ports import TopicView
from cutwater.kernel import log
from cutwater.kernel.db import Database

MOST_KEPT = 500
Key = tuple[UUID, str]
State = dict[str, object]
"""A topic, and what its view shows of it."""


class States:
    """Draws a topic's state after its events: never twice at once, and once for events that come together."""

    def __init__(self, database: Database, views: Mapping[str, TopicView]) -> None:
        self._database = database
        self._views = views
        self._kept: dict[Key, tuple[int, State | None]] = {}
        self._locks: dict[Key, asyncio.Lock] = {}

    async def current(self, organization_id: UUID, topic: str, events: Sequence[LoggedEvent]) -> State | None:
        """The topic's state, at least as new as these events of it."""
        key, newest = (organization_id, topic), max(event.id for event in events)
        lock = self._locks.setdefault(key, asyncio.Lock())
        async with lock:
            kept = self._kept.get(key)
            if kept is not None and kept[0] >= newest:
                return kept[1]
            state = await self._draw(organization_id, topic, events)
            self._keep(key, newest, state)
            return state

    def touched(self, topics: frozenset[str], events: Sequence[LoggedEvent]) -> dict[str, list[LoggedEvent]]:
        """Those of the topics that have a view and events, each with its events."""
        known = by_kind(topics, self._views)
        found = {topic: [event for event in events if topic in event.topics] for topic in known}
        return {topic: chosen for topic, chosen in found.items() if chosen}

    async def _draw(self, organization_id: UUID, topic: str, events: Sequence[LoggedEvent]) -> State | None:
        kind, id = by_kind([topic], self._views)[topic]
        try:
            state = await self._views[kind](
                self._database.reader(organization_id), organization_id, id, events
            )
        except Exception as failure:  # noqa: BLE001
            # one broken view must not end everybody's stream; the pages still have the change frames
            log.logger(__name__).error("live_view_failed", topic=topic, exc_info=failure)
            return None
        return None if state is None else {"topic": topic, **state}

    def _keep(self, key: Key, newest: int, state: State | None) -> None:
        self._kept.pop(key, None)
        self._kept[key] = (newest, state)
        while len(self._kept) > MOST_KEPT:
            oldest = next(iter(self._kept))
            del self._kept[oldest]
            self._locks.pop(oldest, None)
