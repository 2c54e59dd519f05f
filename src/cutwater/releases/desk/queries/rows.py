"""The columns that lists, boards and details share, and what is counted beside them."""

from functools import cache
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from cutwater.releases.catalogue.models import Service
from cutwater.releases.catalogue.queries import Rows
from cutwater.releases.core.facts import PATH, DependencyKind, Priority, Status
from cutwater.releases.dependencies.models import ReleaseDependency
from cutwater.releases.items.models import ReleaseItem
from cutwater.releases.records.models import Release
from cutwater.releases.records.queries import is_active

Blocker = aliased(Release)


def items_total() -> Any:
    """How many items a release of the outer query has."""
    return (
        select(func.count())
        .where(ReleaseItem.release_id == Release.id, ReleaseItem.deleted_at.is_(None))
        .correlate(Release)
        .scalar_subquery()
    )


def items_done() -> Any:
    """How many of them are merged or done."""
    return (
        select(func.count())
        .where(ReleaseItem.release_id == Release.id, ReleaseItem.deleted_at.is_(None), ReleaseItem.is_done)
        .correlate(Release)
        .scalar_subquery()
    )


def blocked_by() -> Any:
    """The keys of the releases that must still be deployed before the one of the outer query."""
    key = _of_blocker(Blocker.key)
    keys = select(key).where(*_blocking()).order_by(func.length(key), key)
    return func.array(keys.correlate(Release).scalar_subquery(), type_=ARRAY(Text))


def is_blocked() -> ColumnElement[bool]:
    """By hand or by a release that is not deployed; derived, so it can never be out of date."""
    by_release = exists(select(1).where(*_blocking()).correlate(Release))
    return and_(is_active(), or_(Release.blocked_reason.is_not(None), by_release))


def _blocking() -> tuple[Any, ...]:
    return (
        ReleaseDependency.dependent_id == Release.id,
        ReleaseDependency.kind == DependencyKind.BLOCKS.value,
        ReleaseDependency.deleted_at.is_(None),
        _of_blocker(Blocker.status) != Status.DEPLOYED.value,
    )


def _of_blocker(column: Any) -> Any:
    """A column of the release that blocks. Looked up, not joined: of a join, a planner without statistics
    walked through all releases for each row."""
    found = select(column).where(Blocker.id == ReleaseDependency.blocker_id)
    return found.correlate(ReleaseDependency).scalar_subquery()


def status_order() -> Any:
    """A status as its place in the lifecycle, for sorting."""
    places = {
        status.value: place for place, status in enumerate((*PATH, Status.CANCELLED, Status.ROLLED_BACK))
    }
    return case(places, value=Release.status)


def priority_order() -> Any:
    """A priority as a number, the least first."""
    return case({each.value: place for place, each in enumerate(Priority)}, value=Release.priority)


@cache  # a statement is never changed in place, and building this one takes longer than running it
def release_rows() -> Rows:
    """One row per release that is not deleted, with its service and what is counted."""
    return (
        select(
            Release.id,
            Release.key,
            Release.title,
            Release.version,
            Release.status,
            Release.priority,
            Release.hotfix,
            Release.owner_id,
            Release.sprint_id,
            Release.target_date,
            Release.blocked_reason,
            Release.moved_at,
            Release.staging_at,
            Release.production_at,
            Release.revision,
            Release.created_at,
            Release.updated_at,
            Service.slug.label("service_slug"),
            Service.name.label("service_name"),
            Service.colour.label("service_colour"),
            items_total().label("items_total"),
            items_done().label("items_done"),
            blocked_by().label("blocked_by"),
            is_blocked().label("is_blocked"),
        )
        .select_from(Release)
        .join(Service, Service.id == Release.service_id)
        .where(Release.deleted_at.is_(None))
    )
