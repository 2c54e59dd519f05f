"""What the audit page and the panel of changes read."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select

from cutwater.audit.core.records import EventRow
from cutwater.audit.log.models import EventLog
from cutwater.audit.log.queries import end_of, logged, newest_first
from cutwater.audit.trail.forms import Filters
from cutwater.kernel.reader import Rows, any_of
from cutwater.kernel.search import SearchEntry, SearchWord

ACTORS_AMONG = 2000
CHANGES_AMONG = 2000


class LastRow(NamedTuple):
    """The last event of a thing or inside it, and how many there were lately."""

    thing: UUID
    events: int
    at: datetime
    happened_at: datetime
    headline: str
    subject_key: str
    context_key: str | None
    is_inside: bool
    actor_kind: str
    actor_id: UUID | None
    actor_user_id: UUID | None
    actor_job: str


class Place(NamedTuple):
    """Where a thing is that can be found by search."""

    subject_id: UUID
    title: str
    path: str


def timeline(filters: Filters, after: tuple[datetime, int] | None, limit: int) -> Rows[EventRow]:
    """The organization's events under filters."""
    statement = logged().where(EventLog.at >= filters.since, EventLog.at < end_of(filters.until))
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
    return newest_first(statement, after, limit)


def last_of_each_thing(
    names: tuple[str, ...], since: datetime, limit: int, kinds: tuple[str, ...] | None = None
) -> Rows[LastRow]:
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
    latest = last.subquery()
    headline = func.coalesce(func.nullif(EventLog.data.op("->>")("headline"), ""), EventLog.name)
    rows = select(
        latest.c.thing,
        latest.c.events,
        EventLog.at,
        EventLog.happened_at,
        headline.label("headline"),
        EventLog.subject_key,
        EventLog.context_key,
        EventLog.context_id.is_not(None).label("is_inside"),
        EventLog.actor_kind,
        EventLog.actor_id,
        EventLog.actor_user_id,
        EventLog.actor_job,
    )
    rows = rows.join(latest, (latest.c.id == EventLog.id) & (latest.c.at == EventLog.at))
    rows = rows.where(EventLog.at >= since, EventLog.at < end_of(None))
    return Rows(LastRow, rows.order_by(EventLog.at.desc(), EventLog.id.desc()))


def places(ids: Collection[UUID]) -> Rows[Place]:
    """Where these things are, as far as search knows them."""
    entries = select(SearchEntry.subject_id, SearchEntry.title, SearchEntry.path)
    return Rows(Place, entries.where(any_of(SearchEntry.subject_id, ids)))


def keyed(key: str) -> Select[UUID]:
    """The things that have a key, by the index of search."""
    word = SearchWord.word == key.lower()
    return (
        select(SearchEntry.subject_id)
        .join(SearchWord, SearchWord.subject_id == SearchEntry.subject_id)
        .where(word, func.lower(SearchEntry.key) == key.lower())
        .distinct()
    )


def actors(since: datetime, until: datetime | None) -> Select[UUID]:
    """Whose doing the newest events of a period are."""
    newest = select(EventLog.actor_user_id).where(EventLog.at >= since, EventLog.at < end_of(until))
    newest = newest.order_by(EventLog.at.desc(), EventLog.id.desc()).limit(ACTORS_AMONG)
    found = newest.subquery()
    return select(found.c.actor_user_id).where(found.c.actor_user_id.is_not(None)).distinct()
