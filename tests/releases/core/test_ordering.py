"""Cycles are found over BLOCKS and REQUIRES_SYNC together, and named."""

from graphlib import CycleError, TopologicalSorter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutwater.releases.core.facts import DependencyKind
from cutwater.releases.core.ordering import Edge, cycle, describe, partners

BLOCKS, SOFT, SYNC = (
    DependencyKind.BLOCKS,
    DependencyKind.SOFT_DEPENDENCY,
    DependencyKind.REQUIRES_SYNC,
)


def edge(text: str) -> Edge[str]:
    """`a>b` a blocks b, `a~b` a should go before b, `a=b` together."""
    sign = next(each for each in ">~=" if each in text)
    first, second = text.split(sign)
    return Edge(blocker=first, dependent=second, kind={">": BLOCKS, "~": SOFT, "=": SYNC}[sign])


@pytest.mark.parametrize(
    ("existing", "added", "named"),
    [
        ("", "a>b", ""),
        ("a>b", "b>c", ""),
        ("a>b", "b>a", "b blocks a, a blocks b"),
        ("a>b b>c", "c>a", "c blocks a, a blocks b, b blocks c"),
        ("a>b b>c", "c~a", ""),
        ("a~b b~c", "c>a", ""),
        ("a>b", "a=b", "b goes together with a, a blocks b"),
        ("a>b", "b=a", "b goes together with a, a blocks b"),
        ("a=b", "a>b", "a blocks b, b goes together with a"),
        ("a=b b>c", "c>a", "c blocks a, a goes together with b, b blocks c"),
        ("a>b b>c", "a=c", "c goes together with a, a blocks b, b blocks c"),
        ("a=b b=c", "a=c", ""),
        ("a=b c=d b>c", "d>a", "d blocks a, a goes together with b, b blocks c, c goes together with d"),
        ("a>b c>d", "b>c", ""),
        ("a>b c>d", "b=d", ""),
        ("a>b c>d b=c", "d=a", "d goes together with a, a blocks b, b goes together with c, c blocks d"),
    ],
)
def test_a_cycle_is_named_from_the_new_dependency_on(existing: str, added: str, named: str) -> None:
    assert describe(cycle([edge(each) for each in existing.split()], edge(added))) == named


def test_a_release_that_blocks_itself_is_a_cycle() -> None:
    assert describe(cycle([], edge("a>a"))) == "a blocks a"


def test_the_name_of_a_node_can_be_looked_up() -> None:
    hops = cycle([edge("a>b")], edge("b>a"))
    assert describe(hops, {"a": "R-1", "b": "R-2"}.__getitem__) == "R-2 blocks R-1, R-1 blocks R-2"


def test_partners_are_all_that_go_together_near_or_far() -> None:
    edges = [edge(each) for each in ("a=b", "c=b", "c>d", "e=f")]
    assert partners(edges, "a") == {"b", "c"}
    assert partners(edges, "d") == frozenset()


nodes = st.sampled_from("abcdefg")
edges = st.builds(Edge, blocker=nodes, dependent=nodes, kind=st.sampled_from(list(DependencyKind)))


def has_cycle(found: list[Edge[str]]) -> bool:
    """An independent check: contract what goes together, then sort what is left."""
    group = {node: min({node} | partners(found, node)) for node in "abcdefg"}
    waits: dict[str, set[str]] = {node: set() for node in group.values()}
    for each in found:
        if each.kind is BLOCKS:
            waits[group[each.dependent]].add(group[each.blocker])
    if any(node in before for node, before in waits.items()):
        return True
    try:
        TopologicalSorter(waits).prepare()
    except CycleError:
        return True
    return False


@given(st.lists(edges, max_size=25))
def test_refusing_each_cycle_keeps_the_releases_in_an_order_and_refuses_nothing_else(
    offered: list[Edge[str]],
) -> None:
    kept: list[Edge[str]] = []
    for each in offered:
        refused = each.blocker != each.dependent and bool(cycle(kept, each))
        if each.blocker == each.dependent:
            continue
        assert refused is has_cycle([*kept, each])
        if not refused:
            kept.append(each)
    assert not has_cycle(kept)


@given(st.lists(edges, max_size=15), edges)
def test_the_cycle_named_is_one_closed_walk_over_dependencies_that_exist(
    offered: list[Edge[str]], added: Edge[str]
) -> None:
    kept: list[Edge[str]] = []
    for each in offered:
        if each.blocker != each.dependent and not cycle(kept, each):
            kept.append(each)
    hops = cycle(kept, added)
    known = {(each.blocker, each.dependent, each.kind) for each in [*kept, added]}
    known |= {(second, first, kind) for first, second, kind in known if kind is SYNC}
    assert all((hop.origin, hop.target, hop.kind) in known for hop in hops)
    assert all(one.target == two.origin for one, two in zip(hops, [*hops[1:], *hops[:1]], strict=True))
