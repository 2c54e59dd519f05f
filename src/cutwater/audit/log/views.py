"""What happened, for pages and jobs: feeds and single events."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cutwater.audit.core.records import FeedEntry, LoggedEvent, actor_name, event_of, named, whom
from cutwater.audit.core.sight import seen_kinds
from cutwater.audit.log import queries
from cutwater.audit.log.ports import names_of
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Invalid, NotFound
from cutwater.kernel.jsonable import JSON
from cutwater.kernel.paging import decode_cursor, encode_cursor
from cutwater.kernel.reader import Reader

RECENTLY = timedelta(days=45)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


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


def _entry(event: LoggedEvent, names: Mapping[UUID, str], *, of: UUID) -> FeedEntry:
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


def placed(values: Sequence[JSON] | None) -> tuple[datetime, int] | None:
    """The same, already decoded."""
    if values is None:
        return None
    try:
        at, event_id = map(str, values)
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
