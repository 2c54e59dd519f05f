"""A release among everything that holds it up, near and far, in one trip."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, literal, or_, select

from cutwater import identity
from cutwater.kernel.errors import NotFound
from cutwater.kernel.reader import Reader, any_of
from cutwater.releases.approvals.models import ReleaseApproval
from cutwater.releases.catalogue.models import Service
from cutwater.releases.catalogue.queries import by_key_or_id
from cutwater.releases.core.facts import (
    ACTIVE,
    ApprovalFact,
    DependencyKind,
    EnvironmentKind,
    Freeze,
    OpenItem,
    Peer,
    Status,
    Verdict,
)
from cutwater.releases.core.neighbourhood import Neighbour, Neighbourhood
from cutwater.releases.core.ordering import Edge
from cutwater.releases.core.waiting import Scene
from cutwater.releases.dependencies import queries
from cutwater.releases.dependencies.models import ReleaseDependency
from cutwater.releases.freezes.queries import open_freezes
from cutwater.releases.items.models import ReleaseItem
from cutwater.releases.records.models import Release
from cutwater.releases.requirements.queries import switch_rows, switched

SYNC, BLOCKS = DependencyKind.REQUIRES_SYNC.value, DependencyKind.BLOCKS.value


async def neighbourhood(reader: Reader, key: str) -> Neighbourhood:
    """The release with this key (or id) among those that hold it up; NotFound when there is none."""
    reach = _reach(key)
    inside = select(reach.c.id)
    found = await reader.batch(
        _releases().where(Release.id.in_(inside)),
        queries.edges().where(
            ReleaseDependency.dependent_id.in_(inside) | ReleaseDependency.blocker_id.in_(inside)
        ),
        _items().where(ReleaseItem.release_id.in_(inside)),
        _approvals().where(ReleaseApproval.release_id.in_(inside)),
        open_freezes(),
        switch_rows(),
    )
    releases, edges, items, approvals, freezes, switches = found
    middle = next((row.id for row in releases if key.upper() == row.key or key.lower() == str(row.id)), None)
    if middle is None:
        raise NotFound("This release")
    people = [row.owner_id for row in releases] + [row.approver_id for row in approvals]
    names = await identity.names(reader, {each for each in people if each is not None})
    return Neighbourhood(
        middle=middle,
        releases=_neighbours(releases, items, approvals, names),
        edges=[
            Edge(blocker=e.blocker_id, dependent=e.dependent_id, kind=DependencyKind(e.kind)) for e in edges
        ],
        freezes=tuple(_freeze(row) for row in freezes),
        switches=switched(switches),
    )


async def scene(reader: Reader) -> Scene:
    """What every release may be waiting for, in one trip."""
    freezes, switches, together = await reader.batch(open_freezes(), switch_rows(), _together())
    peers = {}
    for row in together:
        peers[row.blocker_id] = Peer(key=row.blocker_key, status=Status(row.blocker_status))
        peers[row.dependent_id] = Peer(key=row.dependent_key, status=Status(row.dependent_status))
    sync = DependencyKind.REQUIRES_SYNC
    return Scene(
        freezes=tuple(_freeze(row) for row in freezes),
        switches=switched(switches),
        edges=tuple(Edge(blocker=r.blocker_id, dependent=r.dependent_id, kind=sync) for r in together),
        peers=peers,
    )


def _reach(key: str) -> Any:
    """The ids of the release and of all that it waits for; finished ones are reached but not gone beyond."""
    first = (
        select(Release.id, literal(True).label("is_open"))
        .where(by_key_or_id(key), Release.deleted_at.is_(None))
        .cte("reach", recursive=True)
    )
    before = Release.__table__.alias("before")
    step = (
        select(before.c.id, any_of(before.c.status, [status.value for status in ACTIVE]))
        .select_from(first)
        .join(
            ReleaseDependency,
            and_(
                first.c.is_open,
                ReleaseDependency.deleted_at.is_(None),
                or_(
                    ReleaseDependency.dependent_id == first.c.id,
                    and_(ReleaseDependency.blocker_id == first.c.id, ReleaseDependency.kind == SYNC),
                ),
            ),
        )
        .join(
            before,
            before.c.id
            == case(
                (ReleaseDependency.dependent_id == first.c.id, ReleaseDependency.blocker_id),
                else_=ReleaseDependency.dependent_id,
            ),
        )
    )
    return first.union(step)


def _together() -> Any:
    """Which releases go together, and where both stand."""
    blocker, dependent = Release.__table__.alias("blocker"), Release.__table__.alias("dependent")
    return (
        select(
            ReleaseDependency.blocker_id,
            blocker.c.key.label("blocker_key"),
            blocker.c.status.label("blocker_status"),
            ReleaseDependency.dependent_id,
            dependent.c.key.label("dependent_key"),
            dependent.c.status.label("dependent_status"),
        )
        .select_from(ReleaseDependency)
        .join(blocker, blocker.c.id == ReleaseDependency.blocker_id)
        .join(dependent, dependent.c.id == ReleaseDependency.dependent_id)
        .where(ReleaseDependency.kind == SYNC, ReleaseDependency.deleted_at.is_(None))
    )


def _releases() -> Any:
    return (
        select(
            Release.id,
            Release.key,
            Release.title,
            Service.name.label("service_name"),
            Release.status,
            Release.hotfix,
            Release.owner_id,
            Release.moved_at,
            Release.staging_at,
            Release.blocked_reason,
            Release.blocked_at,
        )
        .select_from(Release)
        .join(Service, Service.id == Release.service_id)
    )


def _items() -> Any:
    return (
        select(
            ReleaseItem.release_id,
            ReleaseItem.reference,
            ReleaseItem.status,
            ReleaseItem.assignee,
            ReleaseItem.is_done,
        )
        .where(ReleaseItem.deleted_at.is_(None))
        .order_by(ReleaseItem.created_at, ReleaseItem.id)
    )


def _approvals() -> Any:
    return (
        select(ReleaseApproval.release_id, ReleaseApproval.approver_id, ReleaseApproval.verdict)
        .where(ReleaseApproval.deleted_at.is_(None))
        .order_by(ReleaseApproval.created_at, ReleaseApproval.id)
    )


def _neighbours(
    releases: Sequence[Any], items: Sequence[Any], approvals: Sequence[Any], names: dict[UUID, str]
) -> dict[UUID, Neighbour]:
    counted: dict[UUID, int] = defaultdict(int)
    unfinished: dict[UUID, list[OpenItem]] = defaultdict(list)
    said: dict[UUID, list[ApprovalFact]] = defaultdict(list)
    for row in items:
        counted[row.release_id] += 1
        if not row.is_done:
            fact = OpenItem(reference=row.reference, status=row.status, assignee=row.assignee)
            unfinished[row.release_id].append(fact)
    for row in approvals:
        approver = names.get(row.approver_id, "Somebody who left")
        said[row.release_id].append(ApprovalFact(approver=approver, verdict=Verdict(row.verdict)))
    return {
        row.id: Neighbour(
            **{**row._asdict(), "status": Status(row.status)},
            owner=names.get(row.owner_id, ""),
            item_count=counted[row.id],
            open_items=tuple(unfinished[row.id]),
            approvals=tuple(said[row.id]),
        )
        for row in releases
    }


def _freeze(row: Any) -> Freeze:
    return Freeze(
        title=row.title,
        environment=row.environment,
        environment_kind=EnvironmentKind(row.environment_kind),
        until=row.ends_at,
    )
