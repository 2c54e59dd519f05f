"""Releases on the home page: the counts, mine, those that are stuck, and those that are due."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, func, select

from cutwater.kernel.reader import Rows
from cutwater.releases.core.facts import Status
from cutwater.releases.desk.queries.conditions import deployed_since, is_overdue
from cutwater.releases.desk.queries.rows import ReleaseRow, is_blocked, release_rows
from cutwater.releases.records.models import Release
from cutwater.releases.records.queries import is_active


class Counts(NamedTuple):
    """The counts of the dashboard, how many releases there are in all, and how many open ones are mine."""

    active: int
    blocked: int
    ready_staging: int
    ready_production: int
    deployed_this_month: int
    overdue: int
    known: int
    mine: int


def counts(today: date, month_start: datetime, person_id: UUID) -> Rows[Counts]:
    """All of them in one row."""
    count = func.count()
    return Rows(
        Counts,
        select(
            count.filter(is_active()).label("active"),
            count.filter(is_blocked()).label("blocked"),
            count.filter(Release.status == Status.READY_STAGING.value).label("ready_staging"),
            count.filter(Release.status == Status.READY_PRODUCTION.value).label("ready_production"),
            count.filter(deployed_since(month_start)).label("deployed_this_month"),
            count.filter(is_overdue(today)).label("overdue"),
            count.label("known"),
            count.filter(Release.owner_id == person_id, is_active()).label("mine"),
        ).where(Release.deleted_at.is_(None)),
    )


def open_ones_of(person_id: UUID, today: date, limit: int) -> Rows[ReleaseRow]:
    """A person's releases on their way: the blocked and the overdue first, then by target."""
    late = and_(Release.target_date.is_not(None), Release.target_date < today)
    return (
        release_rows()
        .where(Release.owner_id == person_id, is_active())
        .order_by(is_blocked().desc(), late.desc(), Release.target_date.asc().nulls_last(), Release.moved_at)
        .limit(limit)
    )


def blocked_longest(limit: int) -> Rows[ReleaseRow]:
    """The blocked releases, whoever owns them, the longest first."""
    return release_rows().where(is_blocked()).order_by(Release.moved_at, Release.id).limit(limit)


def due_until(today: date, until: date, limit: int) -> Rows[ReleaseRow]:
    """Whoever's releases whose target lies ahead and near, the next first."""
    return (
        release_rows()
        .where(is_active(), Release.target_date >= today, Release.target_date <= until)
        .order_by(Release.target_date, Release.hotfix.desc(), Release.id)
        .limit(limit)
    )
