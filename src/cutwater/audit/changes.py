"""Changes as clients see them: the same JSON in a stream's frames and in a poll's answer."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from cutwater.audit import frames
from cutwater.audit.fanout import Item
from cutwater.audit.records import LoggedEvent, actor_name
from cutwater.audit.sight import needed
from cutwater.kernel.grants import Grant

MOST_DATA_CHARACTERS = 16_000
_OWN_PLACE = ("headline",)


def change(event: LoggedEvent, names: Mapping[UUID, str]) -> dict[str, Any]:
    """One event for the browser."""
    context = event.context
    data = {key: value for key, value in event.data.items() if key not in _OWN_PLACE}
    return {
        "event_id": event.id,
        "name": event.name,
        "subject": f"{event.subject_kind}:{event.subject_id}",
        "context": f"{context[0]}:{context[1]}" if context else None,
        "key": event.subject_key,
        "headline": event.headline,
        "actor": {
            "kind": event.actor_kind,
            "id": str(event.actor_id) if event.actor_id else None,
            "name": actor_name(event, names),
        },
        "at": event.happened_at.isoformat(),
        "data": data if len(str(data)) <= MOST_DATA_CHARACTERS else {},
    }


def frames_of(events: Iterable[LoggedEvent], names: Mapping[UUID, str]) -> list[Item]:
    """Each event's frame, its topics and what it asks, in order."""
    return [
        Item(event.topics, frames.frame("change", change(event, names)), needed(event.subject_kind))
        for event in events
    ]


def watched(events: Sequence[LoggedEvent], topics: frozenset[str]) -> list[LoggedEvent]:
    """The events that belong to one of these topics."""
    return [event for event in events if event.topics & topics]


def shown(
    events: Sequence[LoggedEvent], topics: frozenset[str], sight: frozenset[Grant]
) -> list[LoggedEvent]:
    """Those of them that somebody sees whose grants come down to `sight`."""
    return [event for event in watched(events, topics) if needed(event.subject_kind) in sight]
