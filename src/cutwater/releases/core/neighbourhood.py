"""A release and everything its moves depend on, read at once; facts and explanations are derived from it."""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from uuid import UUID

from cutwater.kernel.frozen import frozen
from cutwater.kernel.obstacle import Obstacle
from cutwater.releases.core import explain, lifecycle, ordering
from cutwater.releases.core.facts import (
    LABELS,
    ApprovalFact,
    DependencyKind,
    Facts,
    Freeze,
    OpenItem,
    Peer,
    Requirement,
    Status,
)
from cutwater.releases.core.ordering import Edge


@frozen
class Neighbour:
    """What is stored about one release, as far as its moves go."""

    id: UUID
    key: str
    title: str
    service_name: str
    status: Status
    hotfix: bool
    owner_id: UUID | None
    owner: str = ""
    moved_at: datetime
    staging_at: datetime | None
    blocked_reason: str | None
    blocked_at: datetime | None
    item_count: int = 0
    open_items: tuple[OpenItem, ...] = ()
    approvals: tuple[ApprovalFact, ...] = ()


@frozen
class ToldLine:
    """One release on the way down; `next` is the label of the status it would go to, empty at the end."""

    key: str
    title: str
    status: Status
    owner: str
    depth: int
    relation: str
    next: str
    since: datetime
    causes: tuple[Obstacle, ...]
    is_root_cause: bool
    was_told_above: bool


@frozen
class Told:
    """Why a release is not moving: in a word, in a sentence, and line by line the whole way down."""

    standing: explain.Standing
    sentence: str
    lines: tuple[ToldLine, ...]


@frozen
class Neighbourhood:
    """The releases that hold up the one in the middle, near and far, and what holds for all of them."""

    middle: UUID
    releases: Mapping[UUID, Neighbour]
    edges: Sequence[Edge[UUID]]
    freezes: tuple[Freeze, ...] = ()
    switches: dict[tuple[Status, Requirement], bool] = field(default_factory=dict)

    @property
    def release(self) -> Neighbour:
        """The one in the middle."""
        return self.releases[self.middle]

    def partners(self, release_id: UUID) -> list[Neighbour]:
        """Every release that must enter production in the same moment, by key."""
        together = ordering.partners(self.edges, release_id)
        return sorted(
            (self.releases[each] for each in together if each in self.releases), key=lambda r: r.key
        )

    def facts(self, release_id: UUID | None = None, note: str = "") -> Facts:
        """What a move of one of the releases is decided on."""
        release = self.releases[release_id or self.middle]
        return Facts(
            hotfix=release.hotfix,
            was_in_staging=release.staging_at is not None,
            is_blocked_by_hand=release.blocked_reason is not None,
            blocked_reason=release.blocked_reason or "",
            owner=release.owner,
            item_count=release.item_count,
            open_items=release.open_items,
            blockers=self._before(release.id, DependencyKind.BLOCKS),
            soft_blockers=self._before(release.id, DependencyKind.SOFT_DEPENDENCY),
            partners=tuple(_peer(each) for each in self.partners(release.id)),
            approvals=release.approvals,
            freezes=self.freezes,
            switches=self.switches,
            note=note,
        )

    def obstacles(self, target: Status, note: str = "") -> list[Obstacle]:
        """Everything in the way of a move of the one in the middle; into production also of its partners."""
        in_the_way = lifecycle.obstacles(self.release.status, target, self.facts(note=note))
        if target is not Status.DEPLOYED:
            return in_the_way
        for partner in self.partners(self.middle):
            if partner.status is Status.READY_PRODUCTION:
                theirs = lifecycle.obstacles(partner.status, target, self.facts(partner.id))
                in_the_way += [
                    _of_partner(partner, obstacle) for obstacle in theirs if obstacle.code not in SHARED
                ]
        return in_the_way

    def explanation(self) -> tuple[explain.Line[UUID], ...]:
        """Why the one in the middle is not moving, all the way down."""
        known = {each.id: self._known(each) for each in self.releases.values()}
        return explain.explain(self.middle, known, self.edges)

    def told(self) -> "Told":
        """The same with a sentence, for the API and the page."""
        lines = self.explanation()
        return Told(
            standing=self.standing(),
            sentence=explain.sentence(lines),
            lines=tuple(
                ToldLine(
                    key=line.known.key,
                    title=line.known.title,
                    status=line.known.status,
                    owner=line.known.owner,
                    depth=line.depth,
                    relation=line.relation,
                    next=_next_label(line.known.status),
                    since=line.since,
                    causes=line.causes,
                    is_root_cause=line.is_root_cause,
                    was_told_above=line.was_told_above,
                )
                for line in lines
            ),
        )

    def standing(self) -> explain.Standing:
        """Whether the one in the middle moves, waits, is blocked or is stuck on its own work."""
        facts = self.facts()
        blocked = facts.is_blocked_by_hand or any(
            each.status is not Status.DEPLOYED for each in facts.blockers
        )
        return explain.standing(
            self.release.status, self._next_obstacles(self.release), has_open_blocks=blocked
        )

    def _before(self, release_id: UUID, kind: DependencyKind) -> tuple[Peer, ...]:
        before = [e.blocker for e in self.edges if e.dependent == release_id and e.kind is kind]
        return tuple(_peer(self.releases[each]) for each in before if each in self.releases)

    def _next_obstacles(self, release: Neighbour) -> list[Obstacle]:
        target = lifecycle.next_status(release.status)
        return lifecycle.obstacles(release.status, target, self.facts(release.id)) if target else []

    def _known(self, release: Neighbour) -> explain.Known:
        obstacles = self._next_obstacles(release)
        if release.id == self.middle and lifecycle.next_status(release.status) is Status.DEPLOYED:
            obstacles = self.obstacles(Status.DEPLOYED)
        return explain.Known(
            key=release.key,
            title=release.title,
            status=release.status,
            owner=release.owner,
            since=release.moved_at,
            blocked_reason=release.blocked_reason or "",
            blocked_since=release.blocked_at,
            obstacles=tuple(obstacles),
        )


# what a partner's move would be refused for and the release's own refusal says already
SHARED = frozenset({"requirement.no_freeze", "requirement.partners_ready"})


def _next_label(status: Status) -> str:
    target = lifecycle.next_status(status)
    return LABELS[target] if target is not None else ""


def _peer(release: Neighbour) -> Peer:
    return Peer(key=release.key, status=release.status, owner=release.owner)


def _of_partner(partner: Neighbour, obstacle: Obstacle) -> Obstacle:
    return replace(obstacle, text=f"{partner.key}, which goes together with it: {obstacle.text}")
