"""What the audit page and the panel of changes read."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from cutwater.audit.log.models import EventLog
from cutwater.audit.log.queries import end_of, logged, newest_first
from cutwater.audit.trail.forms import Filters
from cutwater.kernel.reader import any_of
from cutwater.kernel.search import SearchEntry, SearchWord

ACTORS_AMONG = 2000
CHANGES_AMONG = 2000


def timeline(filters: Filters, after: tuple[datetime, int] | None, limit: int) -> Select[Any]:
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
        logged()
        .add_columns(found.c.thing, found.c.events)
        .join(found, (found.c.id == EventLog.id) & (found.c.at == EventLog.at))
        .where(EventLog.at >= since, EventLog.at < end_of(None))
        .order_by(EventLog.at.desc(), EventLog.id.desc())
    )


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
