"""Why a release does not move: the whole path, each release once, with its owner and since when."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cutwater.kernel.obstacle import Obstacle
from cutwater.releases.core.explain import Known, Standing, explain, root_causes, sentence, standing
from cutwater.releases.core.facts import DependencyKind, Status
from cutwater.releases.core.ordering import Edge

DAY = datetime(2026, 11, 1, tzinfo=UTC)
OPEN_BLOCK = Obstacle(code="requirement.no_open_blocks", text="Another must be deployed first.")
OPEN_ITEM = Obstacle(code="requirement.items_done", text="PAY-7 is Open.")
PARTNER = Obstacle(code="requirement.partners_ready", text="R-2 goes together with it.")


def known(key: str, status: Status = Status.IN_REVIEW, *obstacles: Obstacle, reason: str = "") -> Known:
    return Known(
        key=key,
        title=f"Release {key}",
        status=status,
        owner=f"Owner of {key}",
        since=DAY + timedelta(days=int(key[2:])),
        blocked_reason=reason,
        blocked_since=DAY if reason else None,
        obstacles=obstacles,
    )


def blocks(first: str, second: str) -> Edge[str]:
    return Edge(blocker=first, dependent=second, kind=DependencyKind.BLOCKS)


def sync(first: str, second: str) -> Edge[str]:
    return Edge(blocker=first, dependent=second, kind=DependencyKind.REQUIRES_SYNC)


def world(*releases: Known) -> dict[str, Known]:
    return {each.key: each for each in releases}


def test_the_path_goes_down_to_what_must_happen_with_owner_and_since() -> None:
    releases = world(
        known("R-3", Status.STAGING_VERIFIED, OPEN_BLOCK),
        known("R-2", Status.STAGING_VERIFIED, OPEN_BLOCK),
        known("R-1", Status.IN_REVIEW, OPEN_ITEM),
    )
    lines = explain("R-3", releases, [blocks("R-1", "R-2"), blocks("R-2", "R-3")])
    assert [(line.node, line.depth, line.relation) for line in lines] == [
        ("R-3", 0, ""),
        ("R-2", 1, "must be deployed before R-3"),
        ("R-1", 2, "must be deployed before R-2"),
    ]
    assert [line.causes for line in lines] == [(), (), (OPEN_ITEM,)]
    (cause,) = root_causes(lines)
    assert (cause.known.owner, cause.since) == ("Owner of R-1", DAY + timedelta(days=1))
    assert sentence(lines) == ("R-3 does not move because of R-1 (In review, Owner of R-1). PAY-7 is Open.")


def test_a_deployed_blocker_is_no_part_of_the_path() -> None:
    releases = world(known("R-2"), known("R-1", Status.DEPLOYED))
    assert [line.node for line in explain("R-2", releases, [blocks("R-1", "R-2")])] == ["R-2"]


def test_a_partner_holds_up_only_one_that_stands_further_on() -> None:
    releases = world(known("R-1", Status.IN_STAGING, PARTNER), known("R-2", Status.IN_REVIEW))
    assert [line.node for line in explain("R-1", releases, [sync("R-1", "R-2")])] == ["R-1", "R-2"]
    assert [line.node for line in explain("R-2", releases, [sync("R-1", "R-2")])] == ["R-2"]
    assert [line.node for line in explain("R-1", releases, [sync("R-2", "R-1")])] == ["R-1", "R-2"]


def test_a_release_met_again_is_named_and_not_told_again() -> None:
    releases = world(*(known(key) for key in ("R-1", "R-2", "R-3", "R-4")))
    edges = [blocks("R-1", "R-2"), blocks("R-1", "R-3"), blocks("R-2", "R-4"), blocks("R-3", "R-4")]
    lines = explain("R-4", releases, edges)
    assert [line.node for line in lines] == ["R-4", "R-2", "R-1", "R-3", "R-1"]
    assert [line.was_told_above for line in lines] == [False, False, False, False, True]
    assert [line.node for line in root_causes(lines)] == ["R-1"]


def test_a_block_by_hand_is_a_cause_since_it_was_set() -> None:
    (line,) = explain("R-9", world(known("R-9", reason="Vendor is late")), [])
    assert [cause.text for cause in line.causes] == ["It is blocked by hand: Vendor is late."]
    assert line.since == DAY


def test_nothing_in_the_way_says_so() -> None:
    assert sentence(explain("R-1", world(known("R-1")), [])) == "Nothing is in the way of R-1."


def test_a_blocker_that_could_move_is_said_to_be_free() -> None:
    lines = explain("R-2", world(known("R-2"), known("R-1", Status.READY_PRODUCTION)), [blocks("R-1", "R-2")])
    assert sentence(lines).endswith("(Ready for production, Owner of R-1). Nothing is in the way of R-1.")


def test_its_own_work_is_said_without_a_path() -> None:
    lines = explain("R-1", world(known("R-1", Status.IN_REVIEW, OPEN_ITEM)), [])
    assert sentence(lines) == "R-1 does not move: PAY-7 is Open."


def test_its_own_work_comes_first_and_then_the_releases_it_waits_for() -> None:
    stuck = known("R-2", Status.IN_REVIEW, OPEN_ITEM)
    lines = explain("R-2", world(stuck, known("R-1")), [blocks("R-1", "R-2")])
    assert sentence(lines) == (
        "R-2 does not move: PAY-7 is Open. It will also wait for R-1 (In review, Owner of R-1)."
        " Nothing is in the way of R-1."
    )


def test_a_release_that_may_still_move_on_is_not_said_to_stand_still() -> None:
    lines = explain("R-2", world(known("R-2"), known("R-1")), [blocks("R-1", "R-2")])
    assert sentence(lines).startswith("R-2 can move on, but will wait for R-1 (")


def test_a_release_at_its_end_is_said_to_be_there() -> None:
    lines = explain("R-1", world(known("R-1", Status.CANCELLED)), [])
    assert sentence(lines) == "R-1 is Cancelled; there is nothing left to move."


def test_blocked_waiting_and_stuck_are_told_apart() -> None:
    freeze = Obstacle(code="requirement.no_freeze", text="Frozen.")
    assert standing(Status.IN_REVIEW, []) is Standing.MOVING
    assert standing(Status.IN_REVIEW, [OPEN_ITEM]) is Standing.STUCK
    assert standing(Status.IN_REVIEW, [freeze, OPEN_ITEM]) is Standing.WAITING
    assert standing(Status.IN_REVIEW, [freeze, OPEN_BLOCK]) is Standing.BLOCKED
    assert standing(Status.PLANNING, [], has_open_blocks=True) is Standing.BLOCKED
    for finished in (Status.DEPLOYED, Status.CANCELLED, Status.ROLLED_BACK):
        assert standing(finished, [OPEN_BLOCK]) is Standing.FINISHED


keys = st.sampled_from([f"R-{n}" for n in range(1, 7)])


@given(st.lists(st.builds(Edge, blocker=keys, dependent=keys, kind=st.sampled_from(list(DependencyKind)))))
def test_it_ends_and_tells_each_release_once_even_on_a_cycle(edges: list[Edge[str]]) -> None:
    releases = world(*(known(f"R-{n}") for n in range(1, 7)))
    lines = explain("R-1", releases, edges)
    told = [line.node for line in lines if not line.was_told_above]
    assert len(told) == len(set(told))
    assert (lines[0].depth, lines[0].node) == (0, "R-1")
