"""Who is listening, in memory: bounded queues, one set of bytes for all who watch the same things."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from cutwater.audit import frames

QUEUE_CHUNKS = 64


@dataclass(eq=False, slots=True)
class Subscriber:
    """One open stream. Its queue holds chunks of bytes; None means: the stream ends here."""

    organization_id: UUID
    topics: frozenset[str]
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


Group = tuple[UUID, frozenset[str]]


class Fanout:
    """Subscribers grouped by what they watch, so that each group's bytes are made once."""

    def __init__(self) -> None:
        self._groups: dict[Group, set[Subscriber]] = {}
        self.slow_drops = 0

    def __len__(self) -> int:
        return sum(len(group) for group in self._groups.values())

    def add(self, subscriber: Subscriber) -> None:
        """From now on it gets everything published."""
        self._groups.setdefault((subscriber.organization_id, subscriber.topics), set()).add(subscriber)

    def remove(self, subscriber: Subscriber) -> None:
        """It gets nothing more; harmless when it was removed before."""
        key = (subscriber.organization_id, subscriber.topics)
        group = self._groups.get(key, set())
        group.discard(subscriber)
        if not group:
            self._groups.pop(key, None)

    def watched(self, organization_id: UUID) -> frozenset[str]:
        """Every topic somebody of this organization watches."""
        found = [topics for organization, topics in self._groups if organization == organization_id]
        return frozenset().union(*found)

    def publish(
        self,
        organization_id: UUID,
        items: Sequence[tuple[frozenset[str], bytes]],
        close: Callable[[Sequence[bytes]], bytes] = b"".join,
    ) -> None:
        """Send frames, in order, to those who watch one of their topics; `close` makes a batch of them."""
        for (organization, topics), group in list(self._groups.items()):
            if organization != organization_id:
                continue
            chosen = [frame for wanted, frame in items if wanted & topics]
            if chosen:
                self._send(list(group), close(chosen))

    def everybody(self, chunk: bytes) -> None:
        """Send one chunk to all, such as the cursor that keeps quiet streams alive."""
        for group in list(self._groups.values()):
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
