"""A release among everything that holds it up, near and far, in one trip."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import CTE, and_, case, literal, or_, select

from cutwater import identity
from cutwater.kernel.errors import NotFound
from cutwater.kernel.keyed import named
from cutwater.kernel.reader import Reader, Rows, any_of
from cutwater.releases.approvals.models import ReleaseApproval
from cutwater.releases.catalogue.models import Service
from cutwater.releases.core.facts import ACTIVE, ApprovalFact, DependencyKind, OpenItem, Peer, Status, Verdict
from cutwater.releases.core.neighbourhood import Neighbour, Neighbourhood
from cutwater.releases.core.ordering import Edge
from cutwater.releases.core.waiting import Scene
from cutwater.releases.dependencies.models import ReleaseDependency
from cutwater.releases.dependencies.queries import SYNC, edge_of, edges
from cutwater.releases.freezes.queries import facts_of, open_freezes
from cutwater.releases.items.models import ReleaseItem
from cutwater.releases.records.models import Release
from cutwater.releases.requirements.queries import switch_rows, switched


class NearRow(NamedTuple):
    """What is stored about one release, as far as its moves go."""

    id: UUID
    key: str
    title: str
    service_name: str
    status: str
    hotfix: bool
    owner_id: UUID | None
    moved_at: datetime
    staging_at: datetime | None
    blocked_reason: str | None
    blocked_at: datetime | None


class CarriedRow(NamedTuple):
    """An item, as far as moves ask."""

    release_id: UUID
    reference: str
    status: str
    assignee: str
    is_done: bool


class AskedRow(NamedTuple):
    """An approval, as far as moves ask."""

    release_id: UUID
    approver_id: UUID
    verdict: str


class TogetherRow(NamedTuple):
    """Two releases that go together, and where both are."""

    blocker_id: UUID
    blocker_key: str
    blocker_status: str
    dependent_id: UUID
    dependent_key: str
    dependent_status: str


async def neighbourhood_of(reader: Reader, key: str) -> Neighbourhood:
    """The release with this key (or id) among those that hold it up; NotFound when there is none."""
    inside = select(_reach(key).c.id)
    releases, dependencies, items, approvals, freezes, switches = await reader.batch(
        _releases().where(Release.id.in_(inside)),
        edges().where(ReleaseDependency.dependent_id.in_(inside) | ReleaseDependency.blocker_id.in_(inside)),
        _items().where(ReleaseItem.release_id.in_(inside)),
        _approvals().where(ReleaseApproval.release_id.in_(inside)),
        open_freezes(),
        switch_rows(),
    )
    middle = next((row.id for row in releases if key.upper() == row.key or key.lower() == str(row.id)), None)
    if middle is None:
        raise NotFound("This release")
    people = {*(row.owner_id for row in releases), *(row.approver_id for row in approvals)}
    names = await identity.names(reader, people)
    return Neighbourhood(
        middle=middle,
        releases=_neighbours(releases, items, approvals, names),
        edges=[edge_of(row) for row in dependencies],
        freezes=facts_of(freezes),
        switches=switched(switches),
    )


async def scene(reader: Reader) -> Scene:
    """What every release may be waiting for, in one trip."""
    freezes, switches, together = await reader.batch(open_freezes(), switch_rows(), _together())
    peers = {}
    for row in together:
        peers[row.blocker_id] = Peer(key=row.blocker_key, status=Status(row.blocker_status))
        peers[row.dependent_id] = Peer(key=row.dependent_key, status=Status(row.dependent_status))
    kind = DependencyKind.REQUIRES_SYNC
    return Scene(
        freezes=facts_of(freezes),
        switches=switched(switches),
        edges=tuple(Edge(blocker=r.blocker_id, dependent=r.dependent_id, kind=kind) for r in together),
        peers=peers,
    )


def _reach(key: str) -> CTE:
    """The ids of the release and of all that it waits for; finished ones are reached but not gone beyond."""
    first = (
        select(Release.id, literal(True).label("is_open"))
        .where(named(Release, key), Release.deleted_at.is_(None))
        .cte("reach", recursive=True)
    )
    before = Release.__table__.alias("before")
    leads_back = and_(
        first.c.is_open,
        ReleaseDependency.deleted_at.is_(None),
        or_(
            ReleaseDependency.dependent_id == first.c.id,
            and_(ReleaseDependency.blocker_id == first.c.id, ReleaseDependency.kind == SYNC),
        ),
    )
    other_id = case(
        (ReleaseDependency.dependent_id == first.c.id, ReleaseDependency.blocker_id),
        else_=ReleaseDependency.dependent_id,
    )
    step = (
        select(before.c.id, any_of(before.c.status, [status.value for status in ACTIVE]))
        .select_from(first)
        .join(ReleaseDependency, leads_back)
        .join(before, before.c.id == other_id)
    )
    return first.union(step)


def _together() -> Rows[TogetherRow]:
    blocker, dependent = Release.__table__.alias("blocker"), Release.__table__.alias("dependent")
    return Rows(
        TogetherRow,
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
        .where(ReleaseDependency.kind == SYNC, ReleaseDependency.deleted_at.is_(None)),
    )


def _releases() -> Rows[NearRow]:
    return Rows(
        NearRow,
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
        .join(Service, Service.id == Release.service_id),
    )


def _items() -> Rows[CarriedRow]:
    return Rows(
        CarriedRow,
        select(
            ReleaseItem.release_id,
            ReleaseItem.reference,
            ReleaseItem.status,
            ReleaseItem.assignee,
            ReleaseItem.is_done,
        )
        .where(ReleaseItem.deleted_at.is_(None))
        .order_by(ReleaseItem.created_at, ReleaseItem.id),
    )


def _approvals() -> Rows[AskedRow]:
    return Rows(
        AskedRow,
        select(ReleaseApproval.release_id, ReleaseApproval.approver_id, ReleaseApproval.verdict)
        .where(ReleaseApproval.deleted_at.is_(None))
        .order_by(ReleaseApproval.created_at, ReleaseApproval.id),
    )


def _neighbours(
    releases: Iterable[NearRow],
    items: Iterable[CarriedRow],
    approvals: Iterable[AskedRow],
    names: Mapping[UUID, str],
) -> dict[UUID, Neighbour]:
    counted: dict[UUID, int] = defaultdict(int)
    unfinished: dict[UUID, list[OpenItem]] = defaultdict(list)
    answers: dict[UUID, list[ApprovalFact]] = defaultdict(list)
    for item in items:
        counted[item.release_id] += 1
        if not item.is_done:
            fact = OpenItem(reference=item.reference, status=item.status, assignee=item.assignee)
            unfinished[item.release_id].append(fact)
    for asked in approvals:
        approver = names.get(asked.approver_id, "Somebody who left")
        answers[asked.release_id].append(ApprovalFact(approver=approver, verdict=Verdict(asked.verdict)))
    return {
        row.id: Neighbour(
            **{**row._asdict(), "status": Status(row.status)},
            owner=names.get(row.owner_id, "") if row.owner_id else "",
            item_count=counted[row.id],
            open_items=tuple(unfinished[row.id]),
            approvals=tuple(answers[row.id]),
        )
        for row in releases
    }
