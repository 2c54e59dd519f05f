"""Writing to the log, and reading it back as feeds and single events."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.audit import queries
from cutwater.audit.ports import names_of
from cutwater.audit.records import PLATFORM, FeedEntry, LoggedEvent, actor_name, event_of, named, whom
from cutwater.audit.sight import seen_kinds
from cutwater.kernel import clock, etags, jobs, log
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import Revised
from cutwater.kernel.errors import Invalid, NotFound, Stale
from cutwater.kernel.events import REGISTRY, SUBSCRIBERS, Event
from cutwater.kernel.ids import new_id
from cutwater.kernel.paging import decode_cursor, encode_cursor
from cutwater.kernel.reader import Reader, SessionReader

_RECORD = text("select event_id, chain_id from record_events(cast(:events as jsonb))")
_NUDGE = text("select pg_notify('live', current_setting('app.organization') || ' ' || :topic)")
LATEST = 20
"""How many events about a thing are looked through for the last that changed it."""
RECENTLY = timedelta(days=45)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


async def record(tx: AsyncSession, actor: Actor, event: Event, *, note: str = "") -> int:
    """Log what happened and queue a job per subscriber: they commit with the change, or not at all."""
    return (await record_all(tx, actor, [event], note=note))[0]


async def record_all(tx: AsyncSession, actor: Actor, events: Sequence[Event], *, note: str = "") -> list[int]:
    """The same for many events in one call, in their order; a note belongs to the first."""
    if not events:
        return []
    await tx.flush()
    rows = [_row(actor, event, note if place == 0 else "") for place, event in enumerate(events)]
    written = (await tx.execute(_RECORD, {"events": json.dumps(rows)})).all()
    for event, (event_id, chain) in zip(events, written, strict=True):
        organization = None if chain == PLATFORM else chain
        for name in SUBSCRIBERS.get(event.name, ()):
            await jobs.defer(tx, name, organization_id=organization, event_id=event_id)
    return [event_id for event_id, _ in written]


async def stale(tx: AsyncSession, kind: str, row: Revised, seen: int | None) -> Stale | None:
    """What `refuse(seen=…)` takes when somebody changed the row since the client looked: who, and what."""
    if seen is None or seen == row.revision:
        return None
    reader = SessionReader(tx)
    about, _ = await reader.batch(*queries.feed(kind, row.id, None, LATEST))
    events = [event for event in map(event_of, about) if _moves_revision(event.name)]
    if not events:
        return etags.stale(row.revision, seen)
    names = await names_of(reader, events[0].named_ids)
    told = f"{actor_name(events[0], names)} changed it since you looked: {events[0].headline}"
    return etags.stale(row.revision, seen, told)


def _moves_revision(name: str) -> bool:
    known = REGISTRY.get(name)
    return known is not None and known.moves_revision


def _row(actor: Actor, event: Event, note: str) -> dict[str, Any]:
    subject, context = event.subject, event.context
    return {
        "happened_at": clock.now().isoformat(),
        "actor_kind": actor.kind,
        "actor_id": _text(actor.id),
        "actor_user_id": _text(actor.user_id or (actor.id if actor.kind == "user" else None)),
        "actor_job": actor.name if actor.kind == "job" else "",
        "name": event.name,
        "subject_kind": subject.kind,
        "subject_id": str(subject.id),
        "subject_key": subject.key,
        "context_kind": context.kind if context else None,
        "context_id": str(context.id) if context else None,
        "context_key": context.key if context else None,
        "data": event.data,
        "note_id": str(new_id()) if note else None,
        "note": note,
        "request_id": log.request_id.get(),
    }


def _text(id: UUID | None) -> str | None:
    return str(id) if id else None


async def nudge(tx: AsyncSession, topic: str) -> None:
    """Tell live pages that something outside the log changed, such as an inbox (`inbox:<user id>`)."""
    await tx.execute(_NUDGE, {"topic": topic})


async def feed(
    reader: Reader, actor: Actor, subject: str, id: UUID, limit: int = 30, before: str | None = None
) -> list[FeedEntry]:
    """What happened to a thing and inside it, as far as the actor may see it, newest first.

    `before` is the last entry's cursor.
    """
    kinds = seen_kinds(actor.grants)
    about, inside = await reader.batch(*queries.feed(subject, id, place_of(before), limit, kinds))
    found = {row.id: event_of(row) for row in (*about, *inside)}
    events = sorted(found.values(), key=lambda each: (each.at, each.id), reverse=True)[:limit]
    names = await names_of(reader, (id for each in events for id in each.named_ids))
    return [_entry(each, names, of=id) for each in events]


def _entry(event: LoggedEvent, names: Any, *, of: UUID) -> FeedEntry:
    return FeedEntry(
        event_id=event.id,
        at=event.happened_at,
        actor_name=actor_name(event, names),
        actor_kind=event.actor_kind,
        kind=event.subject_kind,
        name=event.name,
        headline=event.headline,
        whom=whom(event, names),
        changes=event.changes,
        named=named(event, names),
        note=event.note,
        key=event.subject_key,
        is_inside=event.subject_id != of,
        cursor=encode_cursor(event.at.isoformat(), event.id),
    )


def place_of(cursor: str | None) -> tuple[datetime, int] | None:
    """A cursor from outside as a place in the log; nonsense is refused like a cursor of another list."""
    return placed(decode_cursor(cursor)) if cursor else None


def placed(values: list[Any] | None) -> tuple[datetime, int] | None:
    """The same, already decoded."""
    if values is None:
        return None
    try:
        at, event_id = values
        return datetime.fromisoformat(at).astimezone(UTC), min(max(int(event_id), 0), 2**63 - 1)
    except (TypeError, ValueError, OverflowError):
        raise Invalid({"cursor": "Use the cursor that the page before gave, unchanged."}) from None


async def event_by_id(reader: Reader, event_id: int) -> LoggedEvent:
    """One event, for the jobs that follow it; NotFound outside the reader's organization."""
    row = await reader.first(queries.one(event_id, clock.now() - RECENTLY))
    if row is None:
        row = await reader.first(queries.one(event_id, LONG_AGO))
    if row is None:
        raise NotFound(f"Event {event_id}")
    return event_of(row)
