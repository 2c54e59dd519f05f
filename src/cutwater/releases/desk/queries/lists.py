"""Releases in lists: filtered and paged, the board, mine, and the counts of the home page."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from cutwater import identity, sprints
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.frozen import frozen
from cutwater.kernel.paging import Offset, Page
from cutwater.kernel.reader import Reader, any_of
from cutwater.releases.approvals.models import ReleaseApproval
from cutwater.releases.catalogue.models import Service
from cutwater.releases.catalogue.queries import Rows
from cutwater.releases.core.facts import DependencyKind, Status, Verdict
from cutwater.releases.core.filters import Filter
from cutwater.releases.dependencies.models import ReleaseDependency
from cutwater.releases.deployments.models import Deployment
from cutwater.releases.desk.queries.rows import is_blocked, priority_order, release_rows, status_order
from cutwater.releases.items.models import ReleaseItem
from cutwater.releases.records.models import Release
from cutwater.releases.records.queries import is_active

FINISHED = (Status.DEPLOYED, Status.CANCELLED, Status.ROLLED_BACK)


@frozen
class Resolved:
    """What the words of a filter mean here: who `me` is, which people and sprints were named, the day."""

    me: UUID | None
    today: date
    month_start: datetime
    owner_ids: Sequence[UUID] = ()
    sprint_ids: Sequence[UUID] = ()


async def resolve(reader: Reader, actor: Actor, wanted: Filter) -> Resolved:
    """Look up the people and sprints that a filter names; without such names no trip."""
    named = [word.lower() for word in wanted.owners if word not in ("me", "none")]
    people = await identity.people(reader) if named else []
    owners = [p.id for p in people if any(word in f"{p.name} {p.username}".lower() for word in named)]
    if "me" in wanted.owners and actor.user_id is not None:
        owners.append(actor.user_id)
    found = [await sprints.sprint_by_key(reader, key) for key in wanted.sprints]
    today, month_start = days_of(actor.zone)
    return Resolved(
        me=actor.user_id,
        today=today,
        month_start=month_start,
        owner_ids=owners,
        sprint_ids=[sprint.id for sprint in found if sprint is not None],
    )


async def page_of_releases(
    reader: Reader, wanted: Filter, resolved: Resolved, offset: Offset, *, sort: str = "-moved"
) -> Page[Any]:
    """One page of the releases that a filter lets through, and how many there are; one trip."""
    conditions = conditions_of(wanted, resolved)
    rows = (
        release_rows().where(*conditions).order_by(*_order(sort)).limit(offset.per_page).offset(offset.skip)
    )
    total = (
        select(func.count())
        .select_from(Release)
        .join(Service, Service.id == Release.service_id)
        .where(Release.deleted_at.is_(None), *conditions)
    )
    found, counted = await reader.batch(rows, total)
    return Page(rows=found, per_page=offset.per_page, page=offset.page, total=counted[0][0])


def board_rows(wanted: Filter, resolved: Resolved, since: datetime, limit: int = 600) -> Rows:
    """The cards of the board: all that are on their way, and what left it since a time; one query."""
    shown = or_(
        is_active(), and_(any_of(Release.status, [s.value for s in FINISHED]), Release.moved_at >= since)
    )
    return (
        release_rows()
        .where(shown, *conditions_of(wanted, resolved))
        .order_by(Release.hotfix.desc(), priority_order().desc(), Release.moved_at, Release.id)
        .limit(limit)
    )


def conditions_of(wanted: Filter, resolved: Resolved) -> list[ColumnElement[bool]]:
    """A filter as conditions on releases."""
    found: list[ColumnElement[bool]] = []
    if wanted.statuses:
        found.append(any_of(Release.status, [status.value for status in wanted.statuses]))
    if wanted.priorities:
        found.append(any_of(Release.priority, [each.value for each in wanted.priorities]))
    if wanted.services:
        found.append(any_of(Service.slug, wanted.services))
    if wanted.owners:
        nobody = [Release.owner_id.is_(None)] if "none" in wanted.owners else []
        found.append(or_(any_of(Release.owner_id, resolved.owner_ids), *nobody))
    if wanted.sprints:
        found.append(any_of(Release.sprint_id, resolved.sprint_ids))
    if wanted.items:
        found.append(_carries(wanted.items))
    found += [_claims(resolved)[claim] for claim in sorted(wanted.claims)]
    found += [or_(Release.title.ilike(_like(word)), Release.key.ilike(_like(word))) for word in wanted.words]
    return found


def days_of(zone: str) -> tuple[date, datetime]:
    """Today in a zone, and when its month began."""
    today = clock.today(zone)
    return today, datetime(today.year, today.month, 1, tzinfo=ZoneInfo(zone))


def summary(today: date, month_start: datetime) -> Rows:
    """The six counts of the dashboard, in one query."""
    count = func.count()
    overdue = and_(is_active(), Release.target_date < today)
    return select(
        count.filter(is_active()).label("active"),
        count.filter(is_blocked()).label("blocked"),
        count.filter(Release.status == Status.READY_STAGING.value).label("ready_staging"),
        count.filter(Release.status == Status.READY_PRODUCTION.value).label("ready_production"),
        count.filter(_deployed_since(month_start)).label("deployed_this_month"),
        count.filter(overdue).label("overdue"),
    ).where(Release.deleted_at.is_(None))


def status_counts() -> Rows:
    """How many releases stand at each status."""
    return (
        select(Release.status, func.count().label("count"))
        .where(Release.deleted_at.is_(None))
        .group_by(Release.status)
    )


def _claims(resolved: Resolved) -> dict[str, Any]:
    mine = Release.owner_id == resolved.me
    return {
        "active": is_active(),
        "blocked": is_blocked(),
        "overdue": and_(is_active(), Release.target_date < resolved.today),
        "hotfix": Release.hotfix,
        "mine": mine,
        "done": Release.status == Status.DEPLOYED.value,
        "deployed-this-month": _deployed_since(resolved.month_start),
    }


def _deployed_since(start: datetime) -> ColumnElement[bool]:
    return and_(Release.status == Status.DEPLOYED.value, Release.production_at >= start)


def _carries(references: Sequence[str]) -> ColumnElement[bool]:
    return exists(
        select(1)
        .where(
            ReleaseItem.release_id == Release.id,
            ReleaseItem.deleted_at.is_(None),
            any_of(ReleaseItem.reference, references),
        )
        .correlate(Release)
    )


def _like(word: str) -> str:
    plain = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"


def _order(sort: str) -> list[Any]:
    column: Any = {
        "key": func.length(Release.key),
        "title": func.lower(Release.title),
        "status": status_order(),
        "priority": priority_order(),
        "target": Release.target_date,
        "moved": Release.moved_at,
        "service": func.lower(Service.name),
        "created": Release.created_at,
    }.get(sort.lstrip("-"), Release.moved_at)
    first = column.desc().nulls_last() if sort.startswith("-") else column.asc().nulls_last()
    second = Release.key.desc() if sort.startswith("-") else Release.key
    return [first, second, Release.id]


def recently(now: datetime, days: int = 30) -> datetime:
    """Since when finished releases stay on the board."""
    return now - timedelta(days=days)


def rows_of_sprint(sprint_id: UUID, issue_ids: Sequence[UUID]) -> Rows:
    """The releases that belong to a sprint or carry one of its issues, the latest moved first."""
    carrying = Release.id.in_(releases_carrying(any_of(ReleaseItem.issue_id, issue_ids)))
    return (
        release_rows()
        .where(or_(Release.sprint_id == sprint_id, carrying))
        .order_by(Release.moved_at.desc(), Release.id)
        .limit(50)
    )


def rows_for(wanted: Filter, resolved: Resolved) -> Rows:
    """The releases a filter lets through, the latest moved first."""
    return (
        release_rows().where(*conditions_of(wanted, resolved)).order_by(Release.moved_at.desc(), Release.id)
    )


def rows_of_run(run: str, keys: Sequence[str]) -> Rows:
    """The releases with these keys, and those that a step of the run has put live."""
    by_run = select(Deployment.release_id).where(Deployment.step_key.startswith(f"{run}/", autoescape=True))
    chosen: ColumnElement[bool] = any_of(Release.key, keys)
    return (
        release_rows()
        .where(or_(chosen, Release.id.in_(by_run)) if run else chosen)
        .order_by(func.length(Release.key), Release.key)
        .limit(50)
    )


def releases_carrying(condition: ColumnElement[bool]) -> Any:
    """The ids of the releases with an item that meets a condition."""
    return select(ReleaseItem.release_id).where(condition, ReleaseItem.deleted_at.is_(None))


def open_blockers(ids: Sequence[UUID]) -> Rows:
    """The releases that must still be deployed before these, each with the one it holds up."""
    blocker = Release.__table__.alias("blocker")
    return (
        select(
            ReleaseDependency.dependent_id,
            blocker.c.key,
            blocker.c.title,
            blocker.c.status,
            blocker.c.owner_id,
            blocker.c.moved_at,
        )
        .select_from(ReleaseDependency)
        .join(blocker, blocker.c.id == ReleaseDependency.blocker_id)
        .where(
            any_of(ReleaseDependency.dependent_id, ids),
            ReleaseDependency.kind == DependencyKind.BLOCKS.value,
            ReleaseDependency.deleted_at.is_(None),
            blocker.c.status != Status.DEPLOYED.value,
        )
        .order_by(blocker.c.key)
    )


def mine_on_their_way(person_id: UUID | None, today: date, limit: int) -> Rows:
    """A person's releases on their way: the blocked and the overdue first, then by target."""
    overdue = and_(Release.target_date.is_not(None), Release.target_date < today)
    return (
        release_rows()
        .add_columns(func.count().over().label("found"))
        .where(Release.owner_id == person_id, is_active())
        .order_by(
            is_blocked().desc(), overdue.desc(), Release.target_date.asc().nulls_last(), Release.moved_at
        )
        .limit(limit)
    )


def blocked_longest(limit: int) -> Rows:
    """The blocked releases, whoever owns them, the longest first."""
    return release_rows().where(is_blocked()).order_by(Release.moved_at, Release.id).limit(limit)


def any_release() -> Rows:
    """One row when the organization has a release."""
    return select(Release.id).where(Release.deleted_at.is_(None)).limit(1)


def due_until(today: date, until: date, limit: int) -> Rows:
    """Whoever's releases whose target lies ahead and near, the next first."""
    return (
        release_rows()
        .where(is_active(), Release.target_date >= today, Release.target_date <= until)
        .order_by(Release.target_date, Release.hotfix.desc(), Release.id)
        .limit(limit)
    )


def approvals_waiting(person_id: UUID) -> Rows:
    """The releases on their way that wait for this person's approval."""
    return (
        release_rows()
        .join(ReleaseApproval, ReleaseApproval.release_id == Release.id)
        .where(
            ReleaseApproval.approver_id == person_id,
            ReleaseApproval.verdict == Verdict.PENDING.value,
            ReleaseApproval.deleted_at.is_(None),
            is_active(),
        )
        .order_by(Release.moved_at)
        .limit(50)
    )
