"""What changed lately, one line per thing: for everybody, so only about the events that wiring names."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from cutwater.audit import queries
from cutwater.audit.browsing import names_like
from cutwater.audit.ports import names_of
from cutwater.audit.records import LoggedEvent, actor_name, event_of
from cutwater.audit.sight import seen_kinds
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.frozen import frozen
from cutwater.kernel.reader import Reader, any_of
from cutwater.kernel.search import SearchEntry

LOOKED = "cutwater_looked"
SAME_LOOK = timedelta(minutes=30)
LATELY = timedelta(days=14)


@frozen
class Change:
    """What happened last to a thing, and how much before it; inside a run its steps count to the run."""

    key: str
    title: str
    path: str
    subject_key: str
    headline: str
    actor_name: str
    at: datetime
    events: int
    is_new: bool


def looked(cookie: str, now: datetime) -> tuple[datetime | None, str]:
    """When this browser looked last, and the cookie for next time; looks within half an hour are one look."""
    before, last = _times(cookie)
    if last is not None and now - last > SAME_LOOK:
        before = last
    return before, f"{int(before.timestamp()) if before else 0}.{int(now.timestamp())}"


def _times(cookie: str) -> tuple[datetime | None, datetime | None]:
    parts = cookie.split(".")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() and len(part) < 12 for part in parts):
        return None, None
    before, last = (datetime.fromtimestamp(int(part), UTC) if int(part) else None for part in parts)
    return before, last


async def recent(
    reader: Reader, actor: Actor, kinds: Sequence[str], limit: int, since: datetime | None
) -> list[Change]:
    """The things that changed last, as far as the actor may see them, the newest first.

    `since` marks what is new to the viewer.
    """
    names = tuple(name for kind in kinds for name in names_like(kind))
    rows = await reader.all(
        queries.last_of_each_thing(names, clock.now() - LATELY, limit, seen_kinds(actor.grants))
    )
    if not rows:
        return []
    events = {row.thing: (event_of(row), row.events) for row in rows}
    entries = select(SearchEntry.subject_id, SearchEntry.title, SearchEntry.path)
    found = await reader.all(entries.where(any_of(SearchEntry.subject_id, events)))
    places = {row.subject_id: row for row in found}
    people = await names_of(
        reader, (id for last, _ in events.values() for id in (last.actor_user_id, last.actor_id))
    )
    return [_change(last, count, places.get(id), people, since) for id, (last, count) in events.items()]


def _change(
    last: LoggedEvent, events: int, place: Any | None, people: Mapping[UUID, str], since: datetime | None
) -> Change:
    key = last.context_key if last.context_id else last.subject_key
    return Change(
        key=key or "",
        title=place.title if place else "",
        path=place.path if place else "",
        subject_key=last.subject_key if last.context_id else "",
        headline=last.headline,
        actor_name=actor_name(last, people),
        at=last.happened_at,
        events=events,
        is_new=since is not None and last.at > since,
    )
