"""What is shown of the log: a page of events, what changed last, a table for export."""

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cutwater.audit.core.records import Difference, LoggedEvent, actor_name, event_of, named, whom
from cutwater.audit.core.sight import seen_kinds
from cutwater.audit.core.topics import plural
from cutwater.audit.log.ports import names_of
from cutwater.audit.log.views import placed
from cutwater.audit.trail import queries
from cutwater.audit.trail.forms import JOBS, Filters, names_like
from cutwater.audit.trail.queries import LastRow, Place
from cutwater.audit.trail.schemas import ActorRead, EventRead, SubjectRead
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.frozen import frozen
from cutwater.kernel.jsonable import JSON
from cutwater.kernel.paging import Page, encode_cursor
from cutwater.kernel.reader import Reader

HEADINGS = (
    "id",
    "logged at",
    "happened at",
    "who",
    "kind of actor",
    "event",
    "what",
    "subject",
    "context",
    "before → after",
    "note",
    "request id",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@frozen
class Line:
    """One event with the names and the addresses that people see; `named` are its changes with names."""

    event: LoggedEvent
    actor_name: str
    whom: str
    named: dict[str, Difference]
    path: str
    context_path: str

    @property
    def is_backdated(self) -> bool:
        """Whether it was written noticeably later than it took effect (imports, syncs)."""
        return abs(self.event.at - self.event.happened_at) > timedelta(minutes=1)


async def page_of(reader: Reader, filters: Filters, after: Sequence[JSON] | None, limit: int) -> Page[Line]:
    """A page of the log, newest first."""
    if filters.key:
        filters = replace(filters, subject_ids=tuple(await reader.scalars(queries.keyed(filters.key))))
    rows = await reader.all(queries.timeline(filters, placed(after), limit + 1))
    events = [event_of(row) for row in rows[:limit]]
    lines = await _lines(reader, events)
    last = events[-1] if events else None
    more = encode_cursor(last.at.isoformat(), last.id) if last and len(rows) > limit else None
    return Page(rows=lines, per_page=limit, next_cursor=more)


async def _lines(reader: Reader, events: Sequence[LoggedEvent]) -> list[Line]:
    names = await names_of(reader, (id for each in events for id in each.named_ids))
    contexts = {event.context_id for event in events if event.context_id}
    places = await _places(reader, {event.subject_id for event in events} | contexts)
    return [
        Line(
            event=event,
            actor_name=actor_name(event, names),
            whom=whom(event, names),
            named=named(event, names),
            path=_path(places, event.subject_id),
            context_path=_path(places, event.context_id),
        )
        for event in events
    ]


async def _places(reader: Reader, ids: Collection[UUID]) -> dict[UUID, Place]:
    """Where the things are that can be found by search."""
    rows = await reader.all(queries.places(ids)) if ids else []
    return {row.subject_id: row for row in rows}


def _path(places: Mapping[UUID, Place], id: UUID | None) -> str:
    return places[id].path if id and id in places else ""


async def people_in(reader: Reader, filters: Filters) -> list[tuple[str, str]]:
    """Who appears in the newest events of the period, for the list of choices."""
    names = await names_of(reader, await reader.scalars(queries.actors(filters.since, filters.until)))
    found = sorted(((str(id), name) for id, name in names.items()), key=lambda each: each[1].casefold())
    return [*found, (JOBS, "Cutwater itself (jobs)")]


def as_csv(lines: Iterable[Line]) -> str:
    """The log as a table that a spreadsheet opens without running anything in it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    for line in lines:
        event = line.event
        writer.writerow(map(_cell, _columns(event, line.actor_name)))
    return out.getvalue()


def _columns(event: LoggedEvent, who: str) -> Iterator[object]:
    yield from (event.id, event.at.isoformat(), event.happened_at.isoformat(), who, event.actor_kind)
    yield from (event.name, event.headline, event.subject_key or event.subject_id)
    yield event.context_key or event.context_id or ""
    yield "; ".join(f"{field}: {was} → {now}" for field, (was, now) in event.changes.items())
    yield from (event.note, event.request_id)


def _cell(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def read_of(line: Line) -> EventRead:
    """One event as the API shows it."""
    event = line.event
    context = event.context
    return EventRead(
        id=event.id,
        at=event.at,
        happened_at=event.happened_at,
        actor=ActorRead(
            kind=event.actor_kind, id=event.actor_id, user_id=event.actor_user_id, name=line.actor_name
        ),
        name=event.name,
        headline=event.headline,
        subject=SubjectRead(kind=event.subject_kind, id=event.subject_id, key=event.subject_key),
        context=SubjectRead(kind=context[0], id=context[1], key=event.context_key or "") if context else None,
        changes={field: list(pair) for field, pair in event.changes.items()},
        data=event.data,
        note=event.note,
        request_id=event.request_id,
    )


LOOKED = "cutwater_looked"
SAME_LOOK = timedelta(minutes=30)
LATELY = timedelta(days=14)


@frozen
class LatestChange:
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


def topics_of(kinds: Sequence[str]) -> list[str]:
    """What to follow to hear of these kinds of events: `release.` and `step.moved` are told of `releases` and
    `steps`."""
    return sorted({plural(kind.partition(".")[0]) for kind in kinds})


async def recent(
    reader: Reader, actor: Actor, kinds: Sequence[str], limit: int, since: datetime | None
) -> list[LatestChange]:
    """The things that changed last, as far as the actor may see them, the newest first.

    `since` marks what is new to the viewer.
    """
    names = tuple(name for kind in kinds for name in names_like(kind))
    seen = seen_kinds(actor.grants)
    rows = await reader.all(queries.last_of_each_thing(names, clock.now() - LATELY, limit, seen))
    if not rows:
        return []
    places = await _places(reader, [row.thing for row in rows])
    people = await names_of(reader, (id for row in rows for id in (row.actor_user_id, row.actor_id)))
    return [_latest(row, places.get(row.thing), people, since) for row in rows]


def _latest(
    last: LastRow, place: Place | None, people: Mapping[UUID, str], since: datetime | None
) -> LatestChange:
    return LatestChange(
        key=(last.context_key or "") if last.is_inside else last.subject_key,
        title=place.title if place else "",
        path=place.path if place else "",
        subject_key=last.subject_key if last.is_inside else "",
        headline=last.headline,
        actor_name=actor_name(last, people),
        at=last.happened_at,
        events=last.events,
        is_new=since is not None and last.at > since,
    )
