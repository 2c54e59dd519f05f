"""The columns that lists, boards and a release's own page share, and what is counted beside them."""

from datetime import date, datetime
from functools import cache
from typing import NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Case,
    ColumnElement,
    ScalarSelect,
    Select,
    Text,
    and_,
    case,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from cutwater.kernel.reader import Rows
from cutwater.releases.catalogue.models import Service
from cutwater.releases.core.facts import PATH, DependencyKind, Priority, Status
from cutwater.releases.dependencies.models import ReleaseDependency
from cutwater.releases.items.models import ReleaseItem
from cutwater.releases.records.models import Release
from cutwater.releases.records.queries import is_active

V = TypeVar("V")
Blocker = aliased(Release)


class ReleaseRow(NamedTuple):
    """A release as lists show it; `is_blocked` is by hand, or by the releases of `blocked_by`."""

    id: UUID
    key: str
    title: str
    version: str
    status: str
    priority: str
    hotfix: bool
    owner_id: UUID | None
    sprint_id: UUID | None
    target_date: date | None
    blocked_reason: str | None
    moved_at: datetime
    staging_at: datetime | None
    production_at: datetime | None
    revision: int
    created_at: datetime
    updated_at: datetime
    service_slug: str
    service_name: str
    service_colour: str
    items_total: int
    items_done: int
    blocked_by: list[str]
    is_blocked: bool


class HeadRow(NamedTuple):
    """A release as its own page shows it: the same, its description, and who blocked it and when."""

    id: UUID
    key: str
    title: str
    version: str
    status: str
    priority: str
    hotfix: bool
    owner_id: UUID | None
    sprint_id: UUID | None
    target_date: date | None
    blocked_reason: str | None
    moved_at: datetime
    staging_at: datetime | None
    production_at: datetime | None
    revision: int
    created_at: datetime
    updated_at: datetime
    service_slug: str
    service_name: str
    service_colour: str
    items_total: int
    items_done: int
    blocked_by: list[str]
    is_blocked: bool
    description: str
    blocked_at: datetime | None
    blocked_by_id: UUID | None


def is_blocked() -> ColumnElement[bool]:
    """By hand or by a release that is not deployed; derived, so it can never be out of date."""
    by_release = exists(select(1).where(*_blocking()).correlate(Release))
    return and_(is_active(), or_(Release.blocked_reason.is_not(None), by_release))


def status_order() -> Case[int]:
    """A status as its place in the lifecycle, for sorting."""
    statuses = (*PATH, Status.CANCELLED, Status.ROLLED_BACK)
    return case({status.value: place for place, status in enumerate(statuses)}, value=Release.status)


def priority_order() -> Case[int]:
    """A priority as a number, the least first."""
    places = {priority.value: place for place, priority in enumerate(Priority)}
    return case(places, value=Release.priority)


@cache  # a statement is never changed in place, and building this one takes longer than running it
def release_rows() -> Rows[ReleaseRow]:
    """One row per release that is not deleted, with its service and what is counted."""
    return Rows(ReleaseRow, _select())


def head_rows() -> Rows[HeadRow]:
    """The same with what only a release's own page shows."""
    more = (Release.description, Release.blocked_at, Release.blocked_by_id)
    return Rows(HeadRow, _select().add_columns(*more))


def _select() -> Select[*tuple[object, ...]]:
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
            _items().label("items_total"),
            _items(ReleaseItem.is_done.is_(True)).label("items_done"),
            _blocked_by().label("blocked_by"),
            is_blocked().label("is_blocked"),
        )
        .select_from(Release)
        .join(Service, Service.id == Release.service_id)
        .where(Release.deleted_at.is_(None))
    )


def _items(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    """How many items a release of the outer query has that meet the conditions."""
    return (
        select(func.count())
        .where(ReleaseItem.release_id == Release.id, ReleaseItem.deleted_at.is_(None), *conditions)
        .correlate(Release)
        .scalar_subquery()
    )


def _blocked_by() -> ColumnElement[list[str]]:
    """The keys of the releases that must still be deployed before the one of the outer query."""
    key = _of_blocker(Blocker.key)
    keys = select(key).where(*_blocking()).order_by(func.length(key), key)
    return func.array(keys.correlate(Release).scalar_subquery(), type_=ARRAY(Text))


def _blocking() -> tuple[ColumnElement[bool], ...]:
    return (
        ReleaseDependency.dependent_id == Release.id,
        ReleaseDependency.kind == DependencyKind.BLOCKS.value,
        ReleaseDependency.deleted_at.is_(None),
        _of_blocker(Blocker.status) != Status.DEPLOYED.value,
    )


def _of_blocker(column: InstrumentedAttribute[V]) -> ScalarSelect[V]:
    """A column of the release that blocks. Looked up, not joined: of a join, a planner without statistics
    walked through all releases for each row."""
    looked_up = select(column).where(Blocker.id == ReleaseDependency.blocker_id)
    return looked_up.correlate(ReleaseDependency).scalar_subquery()
