"""What is read of the log: by an index, newest first, in one organization."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, literal, literal_column, select, tuple_
from sqlalchemy.dialects.postgresql import JSONB

from cutwater.audit.core.records import EventRow
from cutwater.audit.log.models import EventLog, EventNote
from cutwater.kernel import clock
from cutwater.kernel.reader import Rows, any_of

MARGIN = timedelta(days=1)
FAR_AHEAD = 32_503_680_000_000  # the year 3000, in milliseconds
# the notes that a row's changes refer to, by the key of `event_note`
_TEXTS = literal_column(
    """(
    select jsonb_object_agg(words.id, case when words.erased_at is null then words.text end)
    from event_note as words
    where words.id = any (array(
        select (reference #>> '{}')::uuid from jsonb_path_query(
            event_log.data,
            '$.changes.*[*].note ? (@ like_regex "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")'
        ) as reference
    )))""",
    JSONB,
)
WITH_NOTE = (
    *(column for column in EventLog.__table__.columns if column.name not in ("xid", "note_id")),
    EventNote.text.label("note"),
    EventNote.erased_at.label("note_erased_at"),
    _TEXTS.label("texts"),
)


def logged() -> Rows[EventRow]:
    """Events with their notes and texts."""
    notes = EventNote.id == EventLog.note_id
    return Rows(EventRow, select(*WITH_NOTE).select_from(EventLog).outerjoin(EventNote, notes))


def newest_first(rows: Rows[EventRow], after: tuple[datetime, int] | None, limit: int) -> Rows[EventRow]:
    """A keyset page, newest first."""
    if after is not None:
        place = tuple_(literal(after[0], DateTime(timezone=True)), literal(after[1], BigInteger))
        rows = rows.where(tuple_(EventLog.at, EventLog.id) < place, EventLog.at <= after[0])
    return rows.order_by(EventLog.at.desc(), EventLog.id.desc()).limit(limit)


def end_of(until: datetime | None) -> datetime:
    """An upper bound, also when nobody asked for one: it keeps the coming months out of the plan."""
    return until or clock.now() + MARGIN


def feed(
    kind: str, id: UUID, after: tuple[datetime, int] | None, limit: int, kinds: tuple[str, ...] | None = None
) -> tuple[Rows[EventRow], Rows[EventRow]]:
    """Events about a thing, and events inside it (a run's steps): two index scans, merged by the caller.

    `kinds` narrows them to events about such things.
    """
    rows = logged().where(EventLog.at >= born(id) - MARGIN, EventLog.at < end_of(None))
    if kinds is not None:
        rows = rows.where(any_of(EventLog.subject_kind, kinds))
    about = rows.where(EventLog.subject_id == id, EventLog.subject_kind == kind)
    inside = rows.where(EventLog.context_id == id, EventLog.context_kind == kind)
    return newest_first(about, after, limit), newest_first(inside, after, limit)


def born(id: UUID) -> datetime:
    """When a UUIDv7 was made, so that older months need not be looked at; the beginning of time otherwise."""
    if id.version != 7:
        return datetime(1970, 1, 2, tzinfo=UTC)
    return datetime.fromtimestamp(min(id.int >> 80, FAR_AHEAD) / 1000, UTC)


def one(event_id: int, since: datetime) -> Rows[EventRow]:
    """An event by its number, not older than `since`."""
    return logged().where(EventLog.id == event_id, EventLog.at >= since, EventLog.at < end_of(None))
