"""What a release waits for, apart from what blocks it."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from cutwater.releases.core.facts import (
    DependencyKind,
    EnvironmentKind,
    Facts,
    Freeze,
    Peer,
    Requirement,
    Status,
    Turn,
)
from cutwater.releases.core.ordering import Edge
from cutwater.releases.core.waiting import Scene, waits

S = Status


def freeze(kind: EnvironmentKind) -> Freeze:
    return Freeze(
        title="Year end",
        environment=kind.capitalize(),
        environment_kind=kind,
        until=datetime(2026, 12, 31, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (S.READY_PRODUCTION, EnvironmentKind.PRODUCTION, ["Production frozen"]),
        (S.READY_STAGING, EnvironmentKind.STAGING, ["Staging frozen"]),
        (S.READY_STAGING, EnvironmentKind.PRODUCTION, []),
        (S.IN_REVIEW, EnvironmentKind.STAGING, []),
        (S.DEPLOYED, EnvironmentKind.PRODUCTION, []),
        (S.CANCELLED, EnvironmentKind.PRODUCTION, []),
    ],
)
def test_a_freeze_is_waited_for_right_before_its_environment(
    status: Status, kind: EnvironmentKind, said: list[str]
) -> None:
    assert [each.label for each in waits(status, Facts(freezes=(freeze(kind),)))] == said


def test_the_whole_sentence_is_the_one_of_the_refusal() -> None:
    (wait,) = waits(S.READY_PRODUCTION, Facts(freezes=(freeze(EnvironmentKind.PRODUCTION),)))
    assert wait.text == "Production is frozen until 31 Dec 2026 00:00 UTC (Year end)."


def test_a_freeze_that_is_not_asked_for_is_not_waited_for() -> None:
    switches = {(S.DEPLOYED, Requirement.NO_FREEZE): False}
    frozen = Facts(freezes=(freeze(EnvironmentKind.PRODUCTION),), switches=switches)
    assert waits(S.READY_PRODUCTION, frozen) == ()


def test_each_partner_that_is_behind_and_the_one_whose_turn_it_is_are_named() -> None:
    facts = Facts(
        partners=(Peer(key="R-2", status=S.IN_REVIEW), Peer(key="R-3", status=S.DEPLOYED)),
        turns=(Turn(environment_kind=EnvironmentKind.STAGING, before=Peer(key="R-4", status=S.PLANNING)),),
    )
    assert [each.label for each in waits(S.READY_STAGING, facts)] == ["Waits for R-4", "Waits for R-2"]


def test_being_blocked_is_no_waiting() -> None:
    facts = Facts(is_blocked_by_hand=True, blockers=(Peer(key="R-2", status=S.PLANNING),), soft_blockers=())
    assert waits(S.READY_PRODUCTION, facts) == ()


def test_a_scene_knows_partners_near_and_far_by_key() -> None:
    ids = {name: uuid4() for name in ("R-2", "R-10", "R-1")}
    peers = {ids[name]: Peer(key=name, status=S.IN_REVIEW) for name in ids}
    sync = DependencyKind.REQUIRES_SYNC
    edges: tuple[Edge[UUID], ...] = (
        Edge(blocker=ids["R-2"], dependent=ids["R-10"], kind=sync),
        Edge(blocker=ids["R-1"], dependent=ids["R-2"], kind=sync),
    )
    scene = Scene(edges=edges, peers=peers)
    assert [peer.key for peer in scene.partners(ids["R-1"])] == ["R-2", "R-10"]
    assert [each.label for each in scene.waits(ids["R-1"], S.READY_STAGING)] == [
        "Waits for R-2",
        "Waits for R-10",
    ]
    assert scene.waits(uuid4(), S.READY_STAGING) == ()
