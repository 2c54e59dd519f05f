"""The life of a release: every move and requirement, typed by hand, and what must hold for all."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutwater.kernel.obstacle import Obstacle
from cutwater.releases.core import lifecycle
from cutwater.releases.core.facts import (
    LABELS,
    PATH,
    ApprovalFact,
    EnvironmentKind,
    Facts,
    Freeze,
    OpenItem,
    Peer,
    Requirement,
    Status,
    Turn,
    Verdict,
    rank,
)
from cutwater.releases.core.lifecycle import (
    MOVES,
    REQUIREMENTS,
    WAIVED_BY,
    Manner,
    Move,
    obstacles,
    reason_missing,
    waive,
)
from cutwater.releases.core.requirements import CHECKS, SENTENCES

S, R = Status, Requirement
NAMES = ["PLAN", "DEV", "REV", "RSTG", "INSTG", "SVER", "RPROD", "DEPL", "CANC", "RBACK"]
STATUS_OF = dict(zip(NAMES, Status, strict=True))

# Rows: from; columns: to, in the order of NAMES. F forward, H hotfix, b back, p back past staging, C cancel,
# X roll back, = already there, . no such move.
TABLE = """
PLAN   = F . . . . . . C .
DEV    b = F . . . . . C .
REV    . b = F . . H . C .
RSTG   . . b = F . . . C .
INSTG  . . . b = F . . C .
SVER   . . . . b = F . C .
RPROD  . . p . . b = F C .
DEPL   . . . . . . . = . X
CANC   . . . . . . . . = .
RBACK  . . . . . . . . . =
"""
LETTERS = {
    "F": Move.FORWARD,
    "H": Move.HOTFIX,
    "b": Move.BACK,
    "p": Move.BACK_BEFORE_STAGING,
    "C": Move.CANCEL,
    "X": Move.ROLL_BACK,
}
CELLS = [
    (STATUS_OF[row[0]], STATUS_OF[name], letter)
    for row in (line.split() for line in TABLE.strip().splitlines())
    for name, letter in zip(NAMES, row[1:], strict=True)
]

CLEAN = Facts(was_in_staging=True, item_count=1, note="because", hotfix=True)
BEFORE_STAGING = Facts(item_count=1, note="because", hotfix=True)
APPROVED = (ApprovalFact(approver="Dana", verdict=Verdict.APPROVED),)
UNTIL = datetime(2026, 12, 1, 6, 0, tzinfo=UTC)


def codes(found: list[Obstacle]) -> list[str]:
    return [obstacle.code for obstacle in found]


def test_every_status_is_in_every_table() -> None:
    assert set(MOVES) == set(REQUIREMENTS) == set(LABELS) == set(Status)


def test_every_requirement_is_checked_worded_and_demanded_somewhere() -> None:
    assert set(CHECKS) == set(SENTENCES) == set(Requirement)
    assert {each for demanded in REQUIREMENTS.values() for each in demanded} == set(Requirement)


def test_every_manner_says_what_it_waives_and_needs_a_reason_unless_plain() -> None:
    assert set(WAIVED_BY) == set(Manner)
    for manner in Manner:
        assert reason_missing(manner, "because") == []
        assert codes(reason_missing(manner, " ")) == (
            [] if manner is Manner.PLAIN else ["move.reason_needed"]
        )


def test_every_kind_of_move_is_used() -> None:
    assert {move for moves in MOVES.values() for move in moves.values()} == set(Move)


@pytest.mark.parametrize(("status", "target", "letter"), CELLS)
def test_the_table_of_moves_is_the_one_typed_by_hand(status: Status, target: Status, letter: str) -> None:
    assert MOVES[status].get(target) == LETTERS.get(letter)


@pytest.mark.parametrize(("status", "target", "letter"), CELLS)
def test_a_clean_release_makes_exactly_the_moves_of_the_table(
    status: Status, target: Status, letter: str
) -> None:
    facts = Facts(was_in_staging=letter != "p", item_count=1, note="because", hotfix=True, approvals=APPROVED)
    allowed = letter in LETTERS
    assert (obstacles(status, target, facts) == []) is allowed


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (S.IN_DEVELOPMENT, {R.PARTNERS_READY}),
        (S.IN_REVIEW, {R.HAS_ITEMS, R.PARTNERS_READY}),
        (S.READY_STAGING, {R.ITEMS_DONE, R.NOT_BLOCKED_BY_HAND, R.PARTNERS_READY}),
        (S.IN_STAGING, {R.ITS_TURN, R.NO_FREEZE, R.PARTNERS_READY}),
        (S.STAGING_VERIFIED, {R.PARTNERS_READY}),
        (S.READY_PRODUCTION, {R.STAGING_VERIFIED, R.APPROVALS, R.NO_OPEN_BLOCKS, R.PARTNERS_READY}),
        (S.DEPLOYED, {R.NO_OPEN_BLOCKS, R.PARTNERS_READY, R.ITS_TURN, R.NO_FREEZE}),
        (S.PLANNING, set()),
        (S.CANCELLED, set()),
        (S.ROLLED_BACK, set()),
    ],
)
def test_the_defaults_are_those_of_the_product(target: Status, expected: set[Requirement]) -> None:
    assert {each for each, is_on in REQUIREMENTS[target].items() if is_on} == expected


EVERYTHING_WRONG = Facts(
    item_count=0,
    open_items=(OpenItem(reference="PAY-1", status="In progress", assignee="Omar"),),
    is_blocked_by_hand=True,
    blocked_reason="Vendor is late",
    blockers=(Peer(key="R-1", status=S.IN_REVIEW, owner="Ada"),),
    partners=(Peer(key="R-2", status=S.CANCELLED),),
    approvals=(ApprovalFact(approver="Dana", verdict=Verdict.PENDING),),
    freezes=(
        Freeze(
            title="Quarter end", environment="Prod", environment_kind=EnvironmentKind.PRODUCTION, until=UNTIL
        ),
        Freeze(title="Load test", environment="Stage", environment_kind=EnvironmentKind.STAGING, until=UNTIL),
    ),
    turns=(
        Turn(environment_kind=EnvironmentKind.STAGING, before=Peer(key="R-3", status=S.IN_REVIEW)),
        Turn(environment_kind=EnvironmentKind.PRODUCTION, before=Peer(key="R-4", status=S.IN_REVIEW)),
    ),
)
PARTNER = "requirement.partners_ready"


@pytest.mark.parametrize(
    ("status", "target", "expected"),
    [
        (S.PLANNING, S.IN_DEVELOPMENT, [PARTNER]),
        (S.IN_DEVELOPMENT, S.IN_REVIEW, ["requirement.has_items", PARTNER]),
        (
            S.IN_REVIEW,
            S.READY_STAGING,
            ["requirement.items_done", "requirement.not_blocked_by_hand", PARTNER],
        ),
        (S.READY_STAGING, S.IN_STAGING, [PARTNER, "requirement.its_turn", "requirement.no_freeze"]),
        (S.IN_STAGING, S.STAGING_VERIFIED, [PARTNER]),
        (
            S.STAGING_VERIFIED,
            S.READY_PRODUCTION,
            ["requirement.approvals", "requirement.no_open_blocks", PARTNER],
        ),
        (
            S.IN_REVIEW,
            S.READY_PRODUCTION,
            [
                "move.hotfix_only",
                "requirement.staging_verified",
                "requirement.approvals",
                "requirement.no_open_blocks",
                PARTNER,
            ],
        ),
        (
            S.READY_PRODUCTION,
            S.DEPLOYED,
            ["requirement.no_open_blocks", PARTNER, "requirement.its_turn", "requirement.no_freeze"],
        ),
        (S.READY_PRODUCTION, S.STAGING_VERIFIED, ["move.never_there", "move.note_needed"]),
        (S.READY_PRODUCTION, S.IN_REVIEW, ["move.note_needed"]),
        (S.IN_DEVELOPMENT, S.PLANNING, ["move.note_needed"]),
        (S.IN_DEVELOPMENT, S.CANCELLED, []),
        (S.DEPLOYED, S.ROLLED_BACK, []),
        (S.DEPLOYED, S.CANCELLED, ["move.deployed"]),
        (S.IN_STAGING, S.ROLLED_BACK, ["move.not_deployed"]),
        (S.CANCELLED, S.PLANNING, ["move.final"]),
        (S.ROLLED_BACK, S.DEPLOYED, ["move.final"]),
        (S.PLANNING, S.PLANNING, ["move.already_there"]),
    ],
)
def test_a_refusal_lists_everything_that_is_in_the_way(
    status: Status, target: Status, expected: list[str]
) -> None:
    assert codes(obstacles(status, target, EVERYTHING_WRONG)) == expected


def test_each_open_item_and_each_open_blocker_is_named() -> None:
    facts = Facts(
        open_items=tuple(OpenItem(reference=f"PAY-{n}", status="Open") for n in (1, 2, 3)),
    )
    found = obstacles(S.IN_REVIEW, S.READY_STAGING, facts)
    assert [each.text for each in found] == ["PAY-1 is Open.", "PAY-2 is Open.", "PAY-3 is Open."]


def test_an_obstacle_says_what_clears_it_and_who_can() -> None:
    for target in (S.READY_STAGING, S.READY_PRODUCTION, S.DEPLOYED, S.IN_STAGING):
        for found in obstacles(PATH[rank(target) - 1], target, EVERYTHING_WRONG):
            assert found.hint, found
            assert found.cleared_by, found


def test_a_cancelled_blocker_stays_in_the_way_and_says_how_to_get_round_it() -> None:
    facts = Facts(blockers=(Peer(key="R-9", status=S.CANCELLED),))
    (found,) = obstacles(S.READY_PRODUCTION, S.DEPLOYED, facts)
    assert "remove the dependency" in found.hint


def test_a_blocker_that_falls_back_blocks_again() -> None:
    deployed = Facts(blockers=(Peer(key="R-9", status=S.DEPLOYED),))
    fallen = Facts(blockers=(Peer(key="R-9", status=S.ROLLED_BACK),))
    assert obstacles(S.READY_PRODUCTION, S.DEPLOYED, deployed) == []
    assert codes(obstacles(S.READY_PRODUCTION, S.DEPLOYED, fallen)) == ["requirement.no_open_blocks"]


def test_a_partner_must_stand_at_least_where_this_release_stands() -> None:
    for partner in PATH:
        facts = Facts(item_count=1, partners=(Peer(key="R-2", status=partner),))
        found = obstacles(S.IN_STAGING, S.STAGING_VERIFIED, facts)
        assert (found == []) is (rank(partner) >= rank(S.IN_STAGING))


def test_a_hotfix_skips_staging_only_with_an_approval_even_when_approvals_are_switched_off() -> None:
    off = {(S.READY_PRODUCTION, R.APPROVALS): False}
    bare = Facts(hotfix=True, switches=off)
    approved = Facts(hotfix=True, switches=off, approvals=APPROVED)
    assert codes(obstacles(S.IN_REVIEW, S.READY_PRODUCTION, bare)) == ["requirement.approvals"]
    assert obstacles(S.IN_REVIEW, S.READY_PRODUCTION, approved) == []


def test_a_refusing_approver_is_named() -> None:
    facts = Facts(approvals=(ApprovalFact(approver="Dana", verdict=Verdict.REFUSED),))
    (found,) = obstacles(S.STAGING_VERIFIED, S.READY_PRODUCTION, facts)
    assert found.text == "Dana refused it."


def test_a_release_that_came_past_staging_steps_back_to_review() -> None:
    assert obstacles(S.READY_PRODUCTION, S.IN_REVIEW, BEFORE_STAGING) == []
    assert codes(obstacles(S.READY_PRODUCTION, S.STAGING_VERIFIED, BEFORE_STAGING)) == ["move.never_there"]
    assert codes(obstacles(S.READY_PRODUCTION, S.IN_REVIEW, CLEAN)) == ["move.not_next"]


@pytest.mark.parametrize(
    ("status", "hotfix", "was_in_staging", "expected"),
    [
        (S.IN_REVIEW, False, False, [S.READY_STAGING, S.IN_DEVELOPMENT, S.CANCELLED]),
        (S.IN_REVIEW, True, False, [S.READY_STAGING, S.READY_PRODUCTION, S.IN_DEVELOPMENT, S.CANCELLED]),
        (S.READY_PRODUCTION, True, False, [S.DEPLOYED, S.IN_REVIEW, S.CANCELLED]),
        (S.READY_PRODUCTION, False, True, [S.DEPLOYED, S.STAGING_VERIFIED, S.CANCELLED]),
        (S.DEPLOYED, False, True, [S.ROLLED_BACK]),
        (S.CANCELLED, False, False, []),
    ],
)
def test_only_the_moves_that_are_meant_for_a_release_are_offered(
    status: Status, hotfix: bool, was_in_staging: bool, expected: list[Status]
) -> None:
    found = lifecycle.offered(status, hotfix=hotfix, was_in_staging=was_in_staging)
    assert list(found) == expected


def test_a_refusal_names_only_ways_that_are_meant_for_the_release() -> None:
    (refused,) = lifecycle.obstacles(S.IN_REVIEW, S.PLANNING, Facts(note="Why"))
    assert refused.hint == "Move it to Ready for staging or In development or Cancelled."


def test_people_are_asked_why_before_a_step_back_and_before_a_release_leaves_the_way() -> None:
    asked = {(s, t) for s in Status for t in lifecycle.targets(s) if lifecycle.asks_why(s, t)}
    assert asked == {
        (s, t)
        for s, moves in lifecycle.MOVES.items()
        for t, move in moves.items()
        if move not in (Move.FORWARD, Move.HOTFIX)
    }


def test_a_freeze_on_staging_does_not_stop_production() -> None:
    facts = Facts(freezes=EVERYTHING_WRONG.freezes[1:])
    assert obstacles(S.READY_PRODUCTION, S.DEPLOYED, facts) == []
    assert codes(obstacles(S.READY_STAGING, S.IN_STAGING, facts)) == ["requirement.no_freeze"]


@pytest.mark.parametrize("target", [S.IN_REVIEW, S.READY_STAGING, S.IN_STAGING, S.DEPLOYED])
def test_switching_every_requirement_off_leaves_no_requirement(target: Status) -> None:
    facts = Facts(switches={(target, each): False for each in REQUIREMENTS[target]})
    assert obstacles(PATH[rank(target) - 1], target, facts) == []


def test_an_organization_can_demand_more_than_the_defaults() -> None:
    facts = Facts(
        is_blocked_by_hand=True,
        blocked_reason="No",
        switches={(S.DEPLOYED, R.NOT_BLOCKED_BY_HAND): True},
    )
    found = obstacles(S.READY_PRODUCTION, S.DEPLOYED, facts)
    assert codes(found) == ["requirement.not_blocked_by_hand"]


def test_forcing_waives_requirements_and_skipped_stages_but_nothing_final() -> None:
    skipped = obstacles(S.PLANNING, S.DEPLOYED, EVERYTHING_WRONG)
    assert "move.not_next" in codes(skipped)
    assert waive(skipped, Manner.FORCED) == []
    for status, target in ((S.CANCELLED, S.PLANNING), (S.DEPLOYED, S.IN_REVIEW), (S.PLANNING, S.ROLLED_BACK)):
        found = obstacles(status, target, EVERYTHING_WRONG)
        assert waive(found, Manner.FORCED) == found


def test_overriding_a_freeze_waives_only_the_freeze() -> None:
    found = obstacles(S.READY_PRODUCTION, S.DEPLOYED, EVERYTHING_WRONG)
    left = waive(found, Manner.FREEZE_OVERRIDDEN)
    assert codes(left) == ["requirement.no_open_blocks", PARTNER, "requirement.its_turn"]


def test_a_soft_dependency_warns_and_never_refuses() -> None:
    facts = Facts(soft_blockers=(Peer(key="R-5", status=S.IN_REVIEW, owner="Ada"),))
    assert obstacles(S.READY_PRODUCTION, S.DEPLOYED, facts) == []
    assert codes(lifecycle.warnings(S.DEPLOYED, facts)) == ["warning.soft_dependency"]
    assert lifecycle.warnings(S.CANCELLED, facts) == []


def test_the_state_diagram_draws_every_move_once() -> None:
    drawn = lifecycle.diagram().splitlines()
    for status, moves in MOVES.items():
        for target in moves:
            assert sum(line.split(":")[0].strip() == f"{status} --> {target}" for line in drawn) == 1


statuses = st.sampled_from(list(Status))
peers = st.builds(Peer, key=st.sampled_from(["R-1", "R-2", "R-3"]), status=statuses, owner=st.just("Ada"))
all_facts = st.builds(
    Facts,
    hotfix=st.booleans(),
    was_in_staging=st.booleans(),
    is_blocked_by_hand=st.booleans(),
    item_count=st.integers(0, 3),
    open_items=st.tuples() | st.tuples(st.builds(OpenItem, reference=st.just("A-1"), status=st.just("Open"))),
    blockers=st.lists(peers, max_size=3).map(tuple),
    partners=st.lists(peers, max_size=3).map(tuple),
    approvals=st.lists(
        st.builds(ApprovalFact, approver=st.just("Dana"), verdict=st.sampled_from(list(Verdict))), max_size=2
    ).map(tuple),
    switches=st.dictionaries(
        st.tuples(statuses, st.sampled_from(list(Requirement))), st.booleans(), max_size=6
    ),
    note=st.sampled_from(["", "because"]),
)


@given(status=statuses, target=statuses, facts=all_facts)
def test_whatever_is_known_only_moves_of_the_table_happen(
    status: Status, target: Status, facts: Facts
) -> None:
    if not obstacles(status, target, facts):
        assert target in MOVES[status]


@given(status=statuses, target=statuses, facts=all_facts)
def test_one_more_blocker_never_opens_a_way(status: Status, target: Status, facts: Facts) -> None:
    worse = Facts(
        **{name: getattr(facts, name) for name in Facts.__slots__}
        | {
            "blockers": (*facts.blockers, Peer(key="R-8", status=S.PLANNING)),
        }
    )
    assert len(obstacles(status, target, worse)) >= len(obstacles(status, target, facts))


@given(status=statuses, target=statuses, facts=all_facts)
def test_forcing_never_adds_an_obstacle_and_never_leaves_a_final_status(
    status: Status, target: Status, facts: Facts
) -> None:
    found = obstacles(status, target, facts)
    left = waive(found, Manner.FORCED)
    assert set(codes(left)) <= set(codes(found))
    if status in lifecycle.TERMINAL:
        assert left


@given(facts=all_facts)
def test_a_release_can_always_be_cancelled_until_it_is_deployed(facts: Facts) -> None:
    for status in lifecycle.MOVES:
        may = obstacles(status, S.CANCELLED, facts) == []
        assert may is (status not in (S.DEPLOYED, S.CANCELLED, S.ROLLED_BACK))
