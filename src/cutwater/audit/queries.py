"""Every SELECT on the log. All run in one organization, by an index, newest first."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Select, Text, bindparam, func, literal, select, text, tuple_
from sqlalchemy.sql.expression import TextClause

from cutwater.audit.models import EventLog, EventNote, LogBlock
from cutwater.kernel import clock
from cutwater.kernel.frozen import frozen
from cutwater.kernel.reader import any_of
from cutwater.kernel.search import SearchEntry, SearchWord

MARGIN = timedelta(days=1)
ACTORS_AMONG = 2000
CHANGES_AMONG = 2000
FAR_AHEAD = 32_503_680_000_000  # the year 3000, in milliseconds
WITH_NOTE = (
    *(column for column in EventLog.__table__.columns if column.name not in ("xid", "note_id")),
    EventNote.text.label("note"),
    EventNote.erased_at.label("note_erased_at"),
)


@frozen
class Filters:
    """What the audit page is narrowed to. `since` always bounds the search."""

    since: datetime
    until: datetime | None = None
    user_id: UUID | None = None
    jobs_only: bool = False
    names: tuple[str, ...] = ()
    key: str = ""
    subject_ids: tuple[UUID, ...] = ()


def _rows() -> Select[Any]:
    return select(*WITH_NOTE).select_from(EventLog).outerjoin(EventNote, EventNote.id == EventLog.note_id)


def _newest(statement: Select[Any], after: tuple[datetime, int] | None, limit: int) -> Select[Any]:
    """A keyset page, newest first."""
    if after is not None:
        place = tuple_(literal(after[0], DateTime(timezone=True)), literal(after[1], BigInteger))
        statement = statement.where(tuple_(EventLog.at, EventLog.id) < place, EventLog.at <= after[0])
    return statement.order_by(EventLog.at.desc(), EventLog.id.desc()).limit(limit)


def timeline(filters: Filters, after: tuple[datetime, int] | None, limit: int) -> Select[Any]:
    """The organization's events under filters."""
    statement = _rows().where(EventLog.at >= filters.since, EventLog.at < end_of(filters.until))
    if filters.user_id is not None:
        statement = statement.where(EventLog.actor_user_id == filters.user_id)
    if filters.jobs_only:
        statement = statement.where(EventLog.actor_kind == "job")
    if len(filters.names) == 1:
        statement = statement.where(EventLog.name == filters.names[0])
    elif filters.names:
        statement = statement.where(any_of(EventLog.name, filters.names))
    if len(filters.subject_ids) == 1:
        statement = statement.where(EventLog.subject_id == filters.subject_ids[0])
    elif filters.subject_ids:
        statement = statement.where(any_of(EventLog.subject_id, filters.subject_ids))
    elif filters.key:
        statement = statement.where(EventLog.subject_key == filters.key)
    return _newest(statement, after, limit)


def last_of_each_thing(
    names: tuple[str, ...], since: datetime, limit: int, kinds: tuple[str, ...] | None = None
) -> Select[Any]:
    """The last event of each thing, what is inside a thing counting to it, and how many there were; of the
    newest events only, so that a long log costs no more than a short one."""
    newest = select(
        EventLog.id, EventLog.at, func.coalesce(EventLog.context_id, EventLog.subject_id).label("thing")
    )
    newest = newest.where(EventLog.at >= since, EventLog.at < end_of(None), any_of(EventLog.name, names))
    if kinds is not None:
        newest = newest.where(any_of(EventLog.subject_kind, kinds))
    among = newest.order_by(EventLog.at.desc(), EventLog.id.desc()).limit(CHANGES_AMONG).subquery()
    numbered = select(
        among.c.id,
        among.c.at,
        among.c.thing,
        func.count().over(partition_by=among.c.thing).label("events"),
        func.row_number()
        .over(partition_by=among.c.thing, order_by=(among.c.at.desc(), among.c.id.desc()))
        .label("place"),
    ).subquery()
    last = select(numbered).where(numbered.c.place == 1)
    last = last.order_by(numbered.c.at.desc(), numbered.c.id.desc()).limit(limit)
    found = last.subquery()
    return (
        _rows()
        .add_columns(found.c.thing, found.c.events)
        .join(found, (found.c.id == EventLog.id) & (found.c.at == EventLog.at))
        .where(EventLog.at >= since, EventLog.at < end_of(None))
        .order_by(EventLog.at.desc(), EventLog.id.desc())
    )


def end_of(until: datetime | None) -> datetime:
    """An upper bound, also when nobody asked for one: it keeps the coming months out of the plan."""
    return until or clock.now() + MARGIN


def keyed(key: str) -> Select[Any]:
    """The things that have a key, by the index of search."""
    word = SearchWord.word == key.lower()
    return (
        select(SearchEntry.subject_id)
        .join(SearchWord, SearchWord.subject_id == SearchEntry.subject_id)
        .where(word, func.lower(SearchEntry.key) == key.lower())
        .distinct()
    )


def actors(since: datetime, until: datetime | None) -> Select[Any]:
    """Whose doing the newest events of a period are."""
    newest = select(EventLog.actor_user_id).where(EventLog.at >= since, EventLog.at < end_of(until))
    newest = newest.order_by(EventLog.at.desc(), EventLog.id.desc()).limit(ACTORS_AMONG)
    found = newest.subquery()
    return select(found.c.actor_user_id).where(found.c.actor_user_id.is_not(None)).distinct()


def feed(
    kind: str, id: UUID, after: tuple[datetime, int] | None, limit: int, kinds: tuple[str, ...] | None = None
) -> tuple[Select[Any], Select[Any]]:
    """Events about a thing, and events inside it (a run's steps): two index scans, merged by the caller.

    `kinds` narrows them to events about such things.
    """
    rows = _rows().where(EventLog.at >= born(id) - MARGIN, EventLog.at < end_of(None))
    if kinds is not None:
        rows = rows.where(any_of(EventLog.subject_kind, kinds))
    about = rows.where(EventLog.subject_id == id, EventLog.subject_kind == kind)
    inside = rows.where(EventLog.context_id == id, EventLog.context_kind == kind)
    return _newest(about, after, limit), _newest(inside, after, limit)


def born(id: UUID) -> datetime:
    """When a UUIDv7 was made, so that older months need not be looked at; the beginning of time otherwise."""
    if id.version != 7:
        return datetime(1970, 1, 2, tzinfo=UTC)
    return datetime.fromtimestamp(min(id.int >> 80, FAR_AHEAD) / 1000, UTC)


def one(event_id: int, since: datetime) -> Select[Any]:
    """An event by its number, not older than `since`."""
    return _rows().where(EventLog.id == event_id, EventLog.at >= since, EventLog.at < end_of(None))


def last_block() -> Select[Any]:
    """The head of the organization's chain."""
    columns: tuple[Any, ...] = (LogBlock.number, LogBlock.sealed_at, LogBlock.events_total, LogBlock.hash)
    return select(*columns).order_by(LogBlock.number.desc()).limit(1)


def named_since(name: str, since: datetime) -> Select[Any]:
    """Numbers of the events of one name since a time."""
    return select(EventLog.id).where(EventLog.name == name, EventLog.at >= since).limit(1)


HEAD: TextClause = text("select epoch, snapshot from log_head()")
CHAINS: TextClause = text(
    "select organization_id, number, hash, sealed_at, events_total, slug from log_chains()"
)
_AFTER = text("select * from log_after(cast(:since as pg_snapshot))")
_GAP = text("select * from log_gap(cast(:since as pg_snapshot), cast(:until as pg_snapshot))")
GAP_LIMIT = 5000


def after(since: str) -> TextClause:
    """What committed after a snapshot, in every organization: rows that begin with the new snapshot."""
    return _AFTER.bindparams(bindparam("since", since, Text))


def gap(since: str, until: str | None) -> TextClause:
    """What committed in this organization after one snapshot and before another (or now)."""
    return _GAP.bindparams(bindparam("since", since, Text), bindparam("until", until, Text))
