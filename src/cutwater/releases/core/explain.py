"""Why a release is not moving: the whole way down to what must happen, who owns it, and since when.

Reads what is known about each release and the dependencies between them; says each release once.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from cutwater.kernel.frozen import frozen
from cutwater.kernel.obstacle import Obstacle
from cutwater.releases.core.facts import ACTIVE, LABELS, DependencyKind, Status, rank
from cutwater.releases.core.ordering import Edge

Node = TypeVar("Node", bound=Hashable)


class Standing(StrEnum):
    """Whether a release may go on; WAITING is for a freeze, a turn or a partner, STUCK on its own work."""

    MOVING = "MOVING"
    WAITING = "WAITING"
    BLOCKED = "BLOCKED"
    STUCK = "STUCK"
    FINISHED = "FINISHED"


BLOCKING_CODES = ("requirement.no_open_blocks", "requirement.not_blocked_by_hand")
BY_ANOTHER = ("requirement.no_open_blocks", "requirement.partners_ready")
WAITING_CODES = ("requirement.no_freeze", "requirement.its_turn", "requirement.partners_ready")


@frozen
class Known:
    """What explain needs to know about one release; `obstacles` are those in the way of its next status."""

    key: str
    title: str
    status: Status
    owner: str
    since: datetime
    blocked_reason: str = ""
    blocked_since: datetime | None = None
    obstacles: tuple[Obstacle, ...] = ()


@frozen
class Line(Generic[Node]):
    """One release on the way down: how deep, how it holds up the one above, and what holds it up itself."""

    node: Node
    depth: int
    relation: str
    known: Known
    since: datetime
    causes: tuple[Obstacle, ...] = ()
    is_root_cause: bool = False
    was_told_above: bool = False


def explain(start: Node, known: Mapping[Node, Known], edges: Iterable[Edge[Node]]) -> tuple[Line[Node], ...]:
    """The release, then everything that holds it up, depth first; a release met again is only named.

    `since` of a line is when the release came to its status; causes of a blocker that are only
    "another release must go first" are left to that release's own line.
    """
    holders = _holders(edges, known)
    lines: list[Line[Node]] = []
    told: set[Node] = set()
    waiting: list[tuple[Node, int, str]] = [(start, 0, "")]
    while waiting:
        node, depth, relation = waiting.pop()
        below = [] if node in told else [each for each in holders[node] if each[0] in known]
        lines.append(_line(node, depth, relation, known[node], below, node in told))
        told.add(node)
        waiting.extend((holder, depth + 1, word) for holder, word in reversed(below))
    return tuple(lines)


def root_causes(lines: Iterable[Line[Node]]) -> tuple[Line[Node], ...]:
    """Where something must happen first: the releases that nothing further down holds up."""
    return tuple(line for line in lines if line.is_root_cause and not line.was_told_above)


def standing(status: Status, obstacles: Iterable[Obstacle], *, has_open_blocks: bool = False) -> Standing:
    """Whether it moves, waits, is blocked, or is stuck on its own work; blocked wins over waiting."""
    if rank(status) < 0 or status is Status.DEPLOYED:
        return Standing.FINISHED
    codes = [obstacle.code for obstacle in obstacles]
    if has_open_blocks or any(code in BLOCKING_CODES for code in codes):
        return Standing.BLOCKED
    if any(code in WAITING_CODES for code in codes):
        return Standing.WAITING
    return Standing.STUCK if codes else Standing.MOVING


def sentence(lines: Iterable[Line[Node]]) -> str:
    """The answer in one sentence or two, for a tooltip or a mail: what is in the way now, and what later."""
    top, *rest = tuple(lines)
    known = top.known
    if known.status not in ACTIVE:
        return f"{known.key} is {LABELS[known.status]}; there is nothing left to move."
    if not rest and not top.causes:
        return f"Nothing is in the way of {known.key}."
    own = f"{known.key} does not move: {_causes(top)}" if top.causes else ""
    return " ".join(part for part in (own, _because_of(top, rest)) if part)


def _because_of(top: Line[Node], rest: list[Line[Node]]) -> str:
    """Which releases hold it up, whether already now, and what is in their way."""
    if not rest:
        return ""
    ends = root_causes((top, *rest))
    named = ", ".join(f"{end.known.key} ({LABELS[end.known.status]}{_of(end.known.owner)})" for end in ends)
    said = " ".join(_causes(end) for end in ends)
    if not any(each.code in BY_ANOTHER for each in top.known.obstacles):
        start = "It will also wait for" if top.causes else f"{top.known.key} can move on, but will wait for"
    else:
        start = "It also waits for" if top.causes else f"{top.known.key} does not move because of"
    return f"{start} {named}. {said}".strip()


def _causes(end: Line[Node]) -> str:
    texts = [cause.text for cause in end.causes]
    return " ".join(texts) if texts else f"Nothing is in the way of {end.known.key}."


def _of(owner: str) -> str:
    return f", {owner}" if owner else ""


def _holders(edges: Iterable[Edge[Node]], known: Mapping[Node, Known]) -> dict[Node, list[tuple[Node, str]]]:
    """Who holds up whom, and in which words; partners only hold up one that is further on."""
    holders: dict[Node, list[tuple[Node, str]]] = defaultdict(list)
    for edge in edges:
        if edge.blocker not in known or edge.dependent not in known:
            continue
        first, second = known[edge.blocker], known[edge.dependent]
        if edge.kind is DependencyKind.BLOCKS and first.status is not Status.DEPLOYED:
            holders[edge.dependent].append((edge.blocker, f"must be deployed before {second.key}"))
        if edge.kind is DependencyKind.REQUIRES_SYNC and rank(first.status) < rank(second.status):
            holders[edge.dependent].append((edge.blocker, f"goes together with {second.key}"))
        if edge.kind is DependencyKind.REQUIRES_SYNC and rank(second.status) < rank(first.status):
            holders[edge.blocker].append((edge.dependent, f"goes together with {first.key}"))
    return holders


def _line(
    node: Node, depth: int, relation: str, known: Known, below: list[tuple[Node, str]], was_told: bool
) -> Line[Node]:
    """One release's line; the dependencies among its obstacles are told by the lines below it."""
    told_below = BY_ANOTHER if below else ()
    causes = tuple(cause for cause in known.obstacles if cause.code not in told_below)
    if known.blocked_reason and not any(cause.code == BLOCKING_CODES[1] for cause in causes):
        causes = (_blocked_by_hand(known), *causes)
    return Line(
        node=node,
        depth=depth,
        relation=relation,
        known=known,
        since=known.blocked_since or known.since if known.blocked_reason else known.since,
        causes=() if was_told else causes,
        is_root_cause=not below,
        was_told_above=was_told,
    )


def _blocked_by_hand(known: Known) -> Obstacle:
    return Obstacle(
        code="blocked.by_hand",
        text=f"It is blocked by hand: {known.blocked_reason.rstrip('.')}.",
        hint="Lift the block.",
        cleared_by=known.owner or "anyone who may edit the release",
    )
