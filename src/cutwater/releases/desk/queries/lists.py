"""Releases in lists: filtered and paged, on the board, and beside a sprint or a run."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from cutwater.kernel.paging import Offset, Page
from cutwater.kernel.reader import Reader, Rows, any_of
from cutwater.kernel.rows import Term
from cutwater.releases.approvals.models import ReleaseApproval
from cutwater.releases.catalogue.models import Service
from cutwater.releases.core.facts import DependencyKind, Status, Verdict
from cutwater.releases.core.filters import Filter
from cutwater.releases.dependencies.models import ReleaseDependency
from cutwater.releases.deployments.models import Deployment
from cutwater.releases.desk.queries.conditions import Resolved, conditions_of
from cutwater.releases.desk.queries.rows import ReleaseRow, priority_order, release_rows, status_order
from cutwater.releases.items.queries import belongs_to_sprint
from cutwater.releases.records.models import Release
from cutwater.releases.records.queries import is_active

FINISHED = (Status.DEPLOYED, Status.CANCELLED, Status.ROLLED_BACK)
KEPT_DAYS = 30
"""How long finished releases stay on the board."""


class CountRow(NamedTuple):
    """How many there are."""

    total: int


class StatusCountRow(NamedTuple):
    """How many releases are at a status."""

    status: str
    releases: int


class BlockerRow(NamedTuple):
    """A release that must still be deployed before another, `dependent_id`."""

    dependent_id: UUID
    key: str
    status: str


async def page_of_releases(
    reader: Reader, wanted: Filter, resolved: Resolved, offset: Offset, *, sort: str = "-moved"
) -> Page[ReleaseRow]:
    """One page of the releases that a filter lets through, and how many there are; one trip."""
    conditions = conditions_of(wanted, resolved)
    of_page = release_rows().where(*conditions).order_by(*_order(sort))
    counted = (
        select(func.count().label("total"))
        .select_from(Release)
        .join(Service, Service.id == Release.service_id)
        .where(Release.deleted_at.is_(None), *conditions)
    )
    rows, counts = await reader.batch(
        of_page.limit(offset.per_page).offset(offset.skip), Rows(CountRow, counted)
    )
    return Page(rows=rows, per_page=offset.per_page, page=offset.page, total=counts[0].total)


def board_rows(wanted: Filter, resolved: Resolved, now: datetime, limit: int = 600) -> Rows[ReleaseRow]:
    """The cards of the board: all that are on their way, and what left it in the last days; one query."""
    is_finished = any_of(Release.status, [status.value for status in FINISHED])
    is_recent = and_(is_finished, Release.moved_at >= now - timedelta(days=KEPT_DAYS))
    return (
        release_rows()
        .where(or_(is_active(), is_recent), *conditions_of(wanted, resolved))
        .order_by(Release.hotfix.desc(), priority_order().desc(), Release.moved_at, Release.id)
        .limit(limit)
    )


def rows_for(wanted: Filter, resolved: Resolved) -> Rows[ReleaseRow]:
    """The releases a filter lets through, the latest moved first."""
    return (
        release_rows().where(*conditions_of(wanted, resolved)).order_by(Release.moved_at.desc(), Release.id)
    )


def rows_of_sprint(sprint_id: UUID, issue_ids: Sequence[UUID]) -> Rows[ReleaseRow]:
    """The releases that belong to a sprint or carry one of its issues, the latest moved first."""
    return (
        release_rows()
        .where(belongs_to_sprint(sprint_id, issue_ids))
        .order_by(Release.moved_at.desc(), Release.id)
        .limit(50)
    )


def rows_of_run(run: str, keys: Sequence[str]) -> Rows[ReleaseRow]:
    """The releases with these keys, and those that a step of the run has put live."""
    by_run = select(Deployment.release_id).where(Deployment.step_key.startswith(f"{run}/", autoescape=True))
    chosen: ColumnElement[bool] = any_of(Release.key, keys)
    return (
        release_rows()
        .where(or_(chosen, Release.id.in_(by_run)) if run else chosen)
        .order_by(func.length(Release.key), Release.key)
        .limit(50)
    )


def status_counts() -> Rows[StatusCountRow]:
    """How many releases are at each status."""
    return Rows(
        StatusCountRow,
        select(Release.status, func.count().label("releases"))
        .where(Release.deleted_at.is_(None))
        .group_by(Release.status),
    )


def open_blockers(ids: Sequence[UUID]) -> Rows[BlockerRow]:
    """The releases that must still be deployed before these, each with the one it holds up."""
    blocker = Release.__table__.alias("blocker")
    return Rows(
        BlockerRow,
        select(ReleaseDependency.dependent_id, blocker.c.key, blocker.c.status)
        .select_from(ReleaseDependency)
        .join(blocker, blocker.c.id == ReleaseDependency.blocker_id)
        .where(
            any_of(ReleaseDependency.dependent_id, ids),
            ReleaseDependency.kind == DependencyKind.BLOCKS.value,
            ReleaseDependency.deleted_at.is_(None),
            blocker.c.status != Status.DEPLOYED.value,
        )
        .order_by(blocker.c.key),
    )


def approvals_waiting(person_id: UUID) -> Rows[ReleaseRow]:
    """The releases on their way that wait for this person's approval."""
    asked = select(ReleaseApproval.release_id).where(
        ReleaseApproval.approver_id == person_id,
        ReleaseApproval.verdict == Verdict.PENDING.value,
        ReleaseApproval.deleted_at.is_(None),
    )
    return release_rows().where(Release.id.in_(asked), is_active()).order_by(Release.moved_at).limit(50)


def _order(sort: str) -> tuple[Term, ...]:
    columns: dict[str, Term] = {
        "key": func.length(Release.key),
        "title": func.lower(Release.title),
        "status": status_order(),
        "priority": priority_order(),
        "target": Release.target_date,
        "moved": Release.moved_at,
        "service": func.lower(Service.name),
        "created": Release.created_at,
    }
    column = columns.get(sort.lstrip("-"), Release.moved_at)
    if sort.startswith("-"):
        return column.desc().nulls_last(), Release.key.desc(), Release.id
    return column.asc().nulls_last(), Release.key, Release.id
