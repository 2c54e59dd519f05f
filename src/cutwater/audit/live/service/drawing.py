"""Drawing the states that changed while streams go on: in the background, one topic never twice at once."""

import asyncio
from collections.abc import Coroutine, Sequence
from uuid import UUID

from cutwater.audit.core import frames
from cutwater.audit.core.fanout import Fanout, Item
from cutwater.audit.core.records import LoggedEvent
from cutwater.audit.core.sight import needed_for
from cutwater.audit.live.service.states import Key, States


class Background:
    """Work that nobody waits for, kept until it is done."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[object, object, None]) -> None:
        """Begin it now."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def cancel(self) -> None:
        """End what is still going on."""
        for task in self._tasks:
            task.cancel()


class Drawing:
    """Sends the state of each watched topic after its events."""

    def __init__(self, states: States, fanout: Fanout, background: Background) -> None:
        self._states = states
        self._fanout = fanout
        self._background = background
        self._waiting: dict[Key, list[LoggedEvent]] = {}

    def after(self, events: Sequence[LoggedEvent]) -> None:
        """Draw what these events changed; events that come meanwhile wait for the next drawing."""
        for organization_id in {event.organization_id for event in events}:
            theirs = [event for event in events if event.organization_id == organization_id]
            touched = self._states.touched(self._fanout.watched(organization_id), theirs)
            for topic, chosen in touched.items():
                self._add(organization_id, topic, chosen)

    def _add(self, organization_id: UUID, topic: str, events: Sequence[LoggedEvent]) -> None:
        key = (organization_id, topic)
        waiting = self._waiting.get(key)
        if waiting is not None:
            waiting.extend(events)
            return
        self._waiting[key] = list(events)
        self._background.start(self._draw(key))

    async def _draw(self, key: Key) -> None:
        organization_id, topic = key
        try:
            while self._waiting[key]:
                events, self._waiting[key] = self._waiting[key], []
                state = await self._states.current(organization_id, topic, events)
                if state is not None:
                    item = Item(frozenset([topic]), frames.frame("state", state), needed_for(topic))
                    self._fanout.publish(organization_id, [item])
        finally:
            del self._waiting[key]
