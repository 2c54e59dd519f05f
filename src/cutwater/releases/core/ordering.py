"""Which releases must come before which: cycles over BLOCKS and REQUIRES_SYNC, and who moves with whom.

Releases that go together count as one: a release may not block one it must be deployed with, directly or
around any number of corners. Going together in a ring is no cycle, only said twice. Nodes are any
hashable value. An edge reads "blocker first": the dependent waits for the blocker; partners have no
direction.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

from cutwater.kernel.frozen import frozen
from cutwater.releases.core.facts import DependencyKind

Node = TypeVar("Node", bound=Hashable)

BINDING = frozenset({DependencyKind.BLOCKS, DependencyKind.REQUIRES_SYNC})


@frozen
class Edge(Generic[Node]):
    """One dependency: `dependent` waits for `blocker`, or the two go together, as `kind` says."""

    blocker: Node
    dependent: Node
    kind: DependencyKind


@frozen
class Hop(Generic[Node]):
    """One step along a chain of dependencies, in walking direction."""

    origin: Node
    target: Node
    kind: DependencyKind


def cycle(edges: Iterable[Edge[Node]], added: Edge[Node]) -> tuple[Hop[Node], ...]:
    """The cycle that adding this edge would close, starting with it; empty when it closes none.

    The edges that exist are taken to be free of cycles. Breadth first, so the cycle named is a shortest one.
    """
    if added.kind not in BINDING:
        return ()
    ways = _ways(edges)
    path = _path(ways, added.dependent, added.blocker)
    first, back = Hop(origin=added.blocker, target=added.dependent, kind=added.kind), path
    if added.kind is DependencyKind.REQUIRES_SYNC and not _has_blocks(path):
        back = _path(ways, added.blocker, added.dependent)
        first = Hop(origin=added.dependent, target=added.blocker, kind=added.kind)
        if not _has_blocks(back):
            return ()
    return (first, *back) if back or added.blocker == added.dependent else ()


def describe(hops: Sequence[Hop[Node]], name: Callable[[Node], str] = str) -> str:
    """A chain in words: "R-1 blocks R-2, R-2 goes together with R-3, R-3 blocks R-1"."""
    words = {DependencyKind.BLOCKS: "blocks", DependencyKind.REQUIRES_SYNC: "goes together with"}
    return ", ".join(f"{name(hop.origin)} {words[hop.kind]} {name(hop.target)}" for hop in hops)


def partners(edges: Iterable[Edge[Node]], start: Node) -> frozenset[Node]:
    """Every other release that must enter production in the same moment, near or far."""
    beside: dict[Node, set[Node]] = defaultdict(set)
    for edge in edges:
        if edge.kind is DependencyKind.REQUIRES_SYNC:
            beside[edge.blocker].add(edge.dependent)
            beside[edge.dependent].add(edge.blocker)
    seen, waiting = {start}, [start]
    while waiting:
        fresh = beside[waiting.pop()] - seen
        seen |= fresh
        waiting.extend(fresh)
    return frozenset(seen - {start})


def _ways(edges: Iterable[Edge[Node]]) -> dict[Node, list[Hop[Node]]]:
    """Where one can walk from each release: along BLOCKS, and between partners both ways."""
    ways: dict[Node, list[Hop[Node]]] = defaultdict(list)
    for edge in edges:
        if edge.kind in BINDING:
            ways[edge.blocker].append(Hop(origin=edge.blocker, target=edge.dependent, kind=edge.kind))
        if edge.kind is DependencyKind.REQUIRES_SYNC:
            ways[edge.dependent].append(Hop(origin=edge.dependent, target=edge.blocker, kind=edge.kind))
    return ways


def _path(ways: dict[Node, list[Hop[Node]]], start: Node, goal: Node) -> tuple[Hop[Node], ...]:
    """A shortest walk from start to goal, empty when there is none."""
    came: dict[Node, Hop[Node]] = {}
    waiting = deque([start])
    while waiting:
        for hop in ways.get(waiting.popleft(), ()):
            if hop.target == start or hop.target in came:
                continue
            came[hop.target] = hop
            if hop.target == goal:
                return _unwound(came, start, goal)
            waiting.append(hop.target)
    return ()


def _unwound(came: dict[Node, Hop[Node]], start: Node, goal: Node) -> tuple[Hop[Node], ...]:
    """The walk in order, from the hop that first reached each node."""
    hops = []
    node = goal
    while node != start:
        hops.append(came[node])
        node = came[node].origin
    return tuple(reversed(hops))


def _has_blocks(hops: Sequence[Hop[Node]]) -> bool:
    return any(hop.kind is DependencyKind.BLOCKS for hop in hops)
