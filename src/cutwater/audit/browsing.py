"""The audit page's reads: a page of events with names and links, the chain's state, a table for export."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from cutwater.audit import queries
from cutwater.audit.ports import names_of
from cutwater.audit.queries import Filters
from cutwater.audit.records import LoggedEvent, actor_name, event_of, named, whom
from cutwater.audit.service import placed
from cutwater.kernel import clock
from cutwater.kernel.errors import Invalid
from cutwater.kernel.events import REGISTRY
from cutwater.kernel.frozen import frozen
from cutwater.kernel.paging import Page, encode_cursor
from cutwater.kernel.reader import Reader, any_of
from cutwater.kernel.search import SearchEntry

DEFAULT_DAYS = 30
EXPORT_LIMIT = 50_000
JOBS = "jobs"
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
    named: dict[str, tuple[Any, Any]]
    path: str
    context_path: str

    @property
    def is_backdated(self) -> bool:
        """Whether it was written noticeably later than it took effect (imports, syncs)."""
        return abs(self.event.at - self.event.happened_at) > timedelta(minutes=1)


@frozen
class Chosen:
    """The filters as the address has them, for the form and the links."""

    who: str = ""
    what: str = ""
    key: str = ""
    since: str = ""
    until: str = ""

    @property
    def any(self) -> bool:
        return bool(self.who or self.what or self.key or self.since or self.until)


def filters_of(chosen: Chosen, zone: str) -> Filters:
    """Filters from the address; Invalid names each one that makes no sense."""
    wrong: dict[str, str] = {}
    since = _day("since", chosen.since, zone, wrong)
    until = _day("until", chosen.until, zone, wrong)
    user = _user(chosen.who, wrong)
    if wrong:
        raise Invalid(wrong)
    return Filters(
        since=since or start_of(until),
        until=until + timedelta(days=1) if until else None,
        user_id=user,
        jobs_only=chosen.who == JOBS,
        names=names_like(chosen.what),
        key=chosen.key.strip()[:200],
    )


def start_of(until: datetime | None) -> datetime:
    """Where a search begins when nobody said: some weeks before its end, for it must begin somewhere."""
    try:
        return (until or clock.now()) - timedelta(days=DEFAULT_DAYS)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


def _day(name: str, given: str, zone: str, wrong: dict[str, str]) -> datetime | None:
    if not given:
        return None
    try:
        found = date.fromisoformat(given)
        if not 2000 <= found.year <= 2200:
            raise ValueError
    except ValueError:
        wrong[name] = "Write a date such as 2026-11-20."
        return None
    return datetime.combine(found, time(), ZoneInfo(zone))


def _user(given: str, wrong: dict[str, str]) -> UUID | None:
    if given in ("", JOBS):
        return None
    try:
        return UUID(given)
    except ValueError:
        wrong["who"] = "Choose somebody of the list."
        return None


def names_like(what: str) -> tuple[str, ...]:
    """The event names of a choice: one name, or all of a kind (`release.`)."""
    if what.endswith("."):
        return tuple(sorted(name for name in REGISTRY if name.startswith(what))) or (what,)
    return (what,) if what else ()


def kinds() -> list[tuple[str, str]]:
    """What can be chosen: every kind of thing, then every event of it."""
    found: list[tuple[str, str]] = []
    kind = ""
    for name in sorted(REGISTRY):
        if name.split(".")[0] != kind:
            kind = name.split(".")[0]
            found.append((f"{kind}.", f"{_words(kind)}: everything"))
        found.append((name, f"{_words(kind)}: {_words(name.partition('.')[2]).lower()}"))
    return found


def _words(name: str) -> str:
    text = name.replace("_", " ").replace(".", " ")
    return text[:1].upper() + text[1:]


async def page_of(reader: Reader, filters: Filters, after: list[Any] | None, limit: int) -> Page[Line]:
    """A page of the log, newest first."""
    if filters.key:
        found = await reader.all(queries.keyed(filters.key))
        filters = replace(filters, subject_ids=tuple(row.subject_id for row in found))
    rows = await reader.all(queries.timeline(filters, placed(after), limit + 1))
    events = [event_of(row) for row in rows[:limit]]
    lines = await _lines(reader, events)
    last = events[-1] if events else None
    more = encode_cursor(last.at.isoformat(), last.id) if last and len(rows) > limit else None
    return Page(rows=lines, per_page=limit, next_cursor=more)


async def _lines(reader: Reader, events: Sequence[LoggedEvent]) -> list[Line]:
    names = await names_of(reader, (id for each in events for id in each.named_ids))
    around = {event.context_id for event in events if event.context_id}
    paths = await _paths(reader, {event.subject_id for event in events} | around)
    return [
        Line(
            event=event,
            actor_name=actor_name(event, names),
            whom=whom(event, names),
            named=named(event, names),
            path=paths.get(event.subject_id, ""),
            context_path=paths.get(event.context_id, "") if event.context_id else "",
        )
        for event in events
    ]


async def _paths(reader: Reader, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Where the things are that can be found by search."""
    wanted = list(ids)
    if not wanted:
        return {}
    entries = select(SearchEntry.subject_id, SearchEntry.path).where(any_of(SearchEntry.subject_id, wanted))
    return {row.subject_id: row.path for row in await reader.all(entries)}


async def people_in(reader: Reader, filters: Filters) -> list[tuple[str, str]]:
    """Who appears in the newest events of the period, for the list of choices."""
    rows = await reader.all(queries.actors(filters.since, filters.until))
    names = await names_of(reader, (row.actor_user_id for row in rows))
    found = sorted(((str(id), name) for id, name in names.items()), key=lambda each: each[1].casefold())
    return [*found, (JOBS, "Cutwater itself (jobs)")]


async def chain_status(reader: Reader) -> dict[str, Any]:
    """How far the organization's log is sealed."""
    row = await reader.first(queries.last_block())
    if row is None:
        return {"blocks": 0, "events": 0, "sealed_at": None, "head": None}
    return {
        "blocks": row.number,
        "events": row.events_total,
        "sealed_at": row.sealed_at,
        "head": row.hash.hex(),
    }


def as_csv(lines: Iterable[Line]) -> str:
    """The log as a table that a spreadsheet opens without running anything in it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    for line in lines:
        event = line.event
        writer.writerow(map(_cell, _columns(event, line.actor_name)))
    return out.getvalue()


def _columns(event: LoggedEvent, who: str) -> Iterator[Any]:
    yield from (event.id, event.at.isoformat(), event.happened_at.isoformat(), who, event.actor_kind)
    yield from (event.name, event.headline, event.subject_key or event.subject_id)
    yield event.context_key or event.context_id or ""
    yield "; ".join(f"{field}: {was} → {now}" for field, (was, now) in event.changes.items())
    yield from (event.note, event.request_id)


def _cell(value: Any) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def read_of(line: Line) -> dict[str, Any]:
    """One event as the API shows it."""
    event = line.event
    context = event.context
    return {
        "id": event.id,
        "at": event.at,
        "happened_at": event.happened_at,
        "actor": {
            "kind": event.actor_kind,
            "id": event.actor_id,
            "user_id": event.actor_user_id,
            "name": line.actor_name,
        },
        "name": event.name,
        "headline": event.headline,
        "subject": _subject(event.subject_kind, event.subject_id, event.subject_key),
        "context": _subject(*context, event.context_key or "") if context else None,
        "changes": {field: list(pair) for field, pair in event.changes.items()},
        "data": event.data,
        "note": event.note,
        "request_id": event.request_id,
    }


def _subject(kind: str, id: UUID, key: str) -> Mapping[str, Any]:
    return {"kind": kind, "id": id, "key": key}
