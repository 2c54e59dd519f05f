"""Changes as clients see them: the same JSON in a stream's frames and in a poll's answer."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypedDict
from uuid import UUID

from cutwater.audit.core import frames
from cutwater.audit.core.fanout import Item
from cutwater.audit.core.records import LoggedEvent, actor_name
from cutwater.audit.core.sight import needed
from cutwater.kernel.grants import Grant
from cutwater.kernel.jsonable import JSON

MOST_DATA_CHARACTERS = 16_000
_OWN_PLACE = ("headline",)


class Who(TypedDict):
    """Who did it."""

    kind: str
    id: str | None
    name: str


class Change(TypedDict):
    """One event for the browser. Its `data` refer to people's words and do not hold them."""

    event_id: int
    name: str
    subject: str
    context: str | None
    key: str
    headline: str
    actor: Who
    at: str
    data: dict[str, JSON]


def change(event: LoggedEvent, names: Mapping[UUID, str]) -> Change:
    """One event for the browser."""
    context = event.context
    data = {key: value for key, value in event.data.items() if key not in _OWN_PLACE}
    actor_id = str(event.actor_id) if event.actor_id else None
    return Change(
        event_id=event.id,
        name=event.name,
        subject=f"{event.subject_kind}:{event.subject_id}",
        context=f"{context[0]}:{context[1]}" if context else None,
        key=event.subject_key,
        headline=event.headline,
        actor=Who(kind=event.actor_kind, id=actor_id, name=actor_name(event, names)),
        at=event.happened_at.isoformat(),
        data=data if len(str(data)) <= MOST_DATA_CHARACTERS else {},
    )


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
