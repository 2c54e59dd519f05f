"""Who is listening, in memory: bounded queues, one set of bytes for all who watch the same things."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from cutwater.audit.core import frames
from cutwater.kernel.grants import Grant

QUEUE_CHUNKS = 64


class Item(NamedTuple):
    """A frame for those who watch one of its topics, and hold the grant where it asks one."""

    topics: frozenset[str]
    frame: bytes
    grant: Grant | None = None


@dataclass(eq=False, slots=True)
class Subscriber:
    """One open stream. Its queue holds chunks of bytes; None means: the stream ends here.

    `sight` are the grants that decide what it is sent. `who` are the ids of the person, the key and the
    organization it belongs to; `check` asks whether they may still follow.
    """

    organization_id: UUID
    topics: frozenset[str]
    sight: frozenset[Grant] = frozenset()
    who: frozenset[UUID] = frozenset()
    check: Callable[[], Awaitable[bool]] | None = None
    chunks: "asyncio.Queue[bytes | None]" = field(default_factory=lambda: asyncio.Queue(QUEUE_CHUNKS))
    is_dropped: bool = False

    def send(self, chunk: bytes) -> bool:
        """Queue a chunk without waiting; a full queue means a client too slow to follow, which is dropped."""
        if self.is_dropped:
            return False
        try:
            self.chunks.put_nowait(chunk)
        except asyncio.QueueFull:
            self.drop(frames.RELOAD)
            return False
        return True

    def drop(self, last: bytes = b"") -> None:
        """Forget what is queued, say one last thing, end the stream."""
        self.is_dropped = True
        while not self.chunks.empty():
            self.chunks.get_nowait()
        if last:
            self.chunks.put_nowait(last)
        self.chunks.put_nowait(None)


Group = tuple[UUID, frozenset[str], frozenset[Grant]]


def _group(subscriber: Subscriber) -> Group:
    return subscriber.organization_id, subscriber.topics, subscriber.sight


class Fanout:
    """Subscribers grouped by what they watch, so that each group's bytes are made once."""

    def __init__(self) -> None:
        self._groups: dict[Group, set[Subscriber]] = {}
        self.slow_drops = 0

    def __len__(self) -> int:
        return sum(len(group) for group in self._groups.values())

    def add(self, subscriber: Subscriber) -> None:
        """From now on it gets everything published."""
        self._groups.setdefault(_group(subscriber), set()).add(subscriber)

    def remove(self, subscriber: Subscriber) -> None:
        """It gets nothing more; harmless when it was removed before."""
        key = _group(subscriber)
        group = self._groups.get(key, set())
        group.discard(subscriber)
        if not group:
            self._groups.pop(key, None)

    def watched(self, organization_id: UUID) -> frozenset[str]:
        """Every topic somebody of this organization watches."""
        found = [topics for organization, topics, _ in self._groups if organization == organization_id]
        return frozenset().union(*found)

    def publish(
        self,
        organization_id: UUID,
        items: Sequence[Item],
        close: Callable[[Sequence[bytes]], bytes] = b"".join,
    ) -> None:
        """Send frames, in order, to those who watch one of their topics; `close` makes a batch of them."""
        for (organization, topics, sight), group in list(self._groups.items()):
            if organization != organization_id:
                continue
            chosen = [
                item.frame
                for item in items
                if item.topics & topics and (item.grant is None or item.grant in sight)
            ]
            if chosen:
                self._send(list(group), close(chosen))

    def of(self, ids: frozenset[UUID]) -> list[Subscriber]:
        """The streams that belong to one of these people, keys or organizations."""
        return [each for group in self._groups.values() for each in group if each.who & ids]

    def tell(self, person: UUID, organization_id: UUID, topic: str, chunk: bytes) -> None:
        """Send one chunk to those streams of a person that watch a topic in an organization."""
        theirs = self.of(frozenset({person}))
        self._send(
            [each for each in theirs if each.organization_id == organization_id and topic in each.topics],
            chunk,
        )

    def organizations(self) -> frozenset[UUID]:
        """Those somebody is watching in."""
        return frozenset(organization for organization, _, _ in self._groups)

    def everybody(self, chunk: bytes, organization_id: UUID | None = None) -> None:
        """Send one chunk to all, or to all of one organization, such as the cursor of a quiet stream."""
        for (organization, _, _), group in list(self._groups.items()):
            if organization_id in (None, organization):
                self._send(list(group), chunk)

    def close(self, last: bytes = b"") -> None:
        """End every stream."""
        for group in list(self._groups.values()):
            for subscriber in list(group):
                subscriber.drop(last)
        self._groups.clear()

    def _send(self, group: Iterable[Subscriber], chunk: bytes) -> None:
        for subscriber in group:
            if not subscriber.send(chunk):
                self.slow_drops += 1
                self.remove(subscriber)
