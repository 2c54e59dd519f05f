"""What depends on what."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, case, or_, select

from cutwater.kernel.reader import Rows, any_of
from cutwater.releases.catalogue.models import Service
from cutwater.releases.core.facts import DependencyKind
from cutwater.releases.core.ordering import Edge
from cutwater.releases.dependencies.models import ReleaseDependency
from cutwater.releases.records.models import Release
from cutwater.releases.records.queries import this_release

SYNC = DependencyKind.REQUIRES_SYNC.value


class DependencyRow(NamedTuple):
    """A dependency seen from one release. `is_blocker`: the other release, the peer, goes first."""

    id: UUID
    kind: str
    revision: int
    created_at: datetime
    is_blocker: bool
    peer_id: UUID
    peer_key: str
    peer_title: str
    peer_status: str
    peer_owner_id: UUID | None
    peer_moved_at: datetime
    peer_service_name: str


class EdgeRow(NamedTuple):
    """`dependent` waits for `blocker`, or they go together, as `kind` says."""

    blocker_id: UUID
    dependent_id: UUID
    kind: str


def dependencies_of(key: str) -> Rows[DependencyRow]:
    """The dependencies of a release: first what it waits for, then what waits for it."""
    this = this_release(key).scalar_subquery()
    is_blocker = ReleaseDependency.dependent_id == this
    peer = Release.__table__.alias("peer")
    other_id = case((is_blocker, ReleaseDependency.blocker_id), else_=ReleaseDependency.dependent_id)
    return Rows(
        DependencyRow,
        select(
            ReleaseDependency.id,
            ReleaseDependency.kind,
            ReleaseDependency.revision,
            ReleaseDependency.created_at,
            is_blocker.label("is_blocker"),
            peer.c.id.label("peer_id"),
            peer.c.key.label("peer_key"),
            peer.c.title.label("peer_title"),
            peer.c.status.label("peer_status"),
            peer.c.owner_id.label("peer_owner_id"),
            peer.c.moved_at.label("peer_moved_at"),
            Service.name.label("peer_service_name"),
        )
        .select_from(ReleaseDependency)
        .join(peer, peer.c.id == other_id)
        .join(Service, Service.id == peer.c.service_id)
        .where(is_blocker | (ReleaseDependency.blocker_id == this), ReleaseDependency.deleted_at.is_(None))
        .order_by(is_blocker.desc(), ReleaseDependency.kind, ReleaseDependency.created_at),
    )


def edges() -> Rows[EdgeRow]:
    """Every dependency, by the ids of its ends."""
    columns = (ReleaseDependency.blocker_id, ReleaseDependency.dependent_id, ReleaseDependency.kind)
    return Rows(EdgeRow, select(*columns).where(ReleaseDependency.deleted_at.is_(None)))


def edges_ahead(starts: Iterable[UUID]) -> Rows[EdgeRow]:
    """Every BLOCKS and REQUIRES_SYNC that can be walked to from these releases: what could close a cycle."""
    first = select(Release.id).where(any_of(Release.id, starts)).cte("ahead", recursive=True)
    following = case(
        (ReleaseDependency.blocker_id == first.c.id, ReleaseDependency.dependent_id),
        else_=ReleaseDependency.blocker_id,
    )
    leads_on = and_(
        ReleaseDependency.deleted_at.is_(None),
        ReleaseDependency.kind != DependencyKind.SOFT_DEPENDENCY.value,
        or_(
            ReleaseDependency.blocker_id == first.c.id,
            and_(ReleaseDependency.dependent_id == first.c.id, ReleaseDependency.kind == SYNC),
        ),
    )
    ahead = first.union(select(following).select_from(first).join(ReleaseDependency, leads_on))
    return edges().where(ReleaseDependency.blocker_id.in_(select(ahead.c.id)))


def edge_of(row: EdgeRow) -> Edge[UUID]:
    """A stored dependency as the rules walk over it."""
    return Edge(blocker=row.blocker_id, dependent=row.dependent_id, kind=DependencyKind(row.kind))
