"""The life of a step: truth tables typed by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from cutwater.runbooks.core.critical_path import LinkKind
from cutwater.runbooks.core.run_machine import RUN_MOVES, RunMove, RunState, run_obstacles
from cutwater.runbooks.core.step_machine import (
    ENDED,
    MOVES,
    OPEN,
    STANDINGS,
    Gate,
    StepFacts,
    StepMove,
    StepState,
    after_resume,
    is_ready,
    obstacles,
    opens_at,
    startable_at,
    warnings,
)

S, M = StepState, StepMove
FS, SS, FF, SF = LinkKind.FS, LinkKind.SS, LinkKind.FF, LinkKind.SF
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
BEFORE, LATER = NOW - timedelta(minutes=20), NOW + timedelta(minutes=20)

# move → the states it is allowed from, typed by hand
ALLOWED = {
    M.START: "PENDING READY",
    M.FINISH: "IN_PROGRESS",
    M.FAIL: "IN_PROGRESS",
    M.BLOCK: "PENDING READY IN_PROGRESS",
    M.HOLD: "PENDING READY IN_PROGRESS",
    M.RESUME: "BLOCKED ON_HOLD",
    M.SKIP: "PENDING READY BLOCKED ON_HOLD FAILED",
    M.CANCEL: "PENDING READY IN_PROGRESS BLOCKED ON_HOLD FAILED",
    M.REOPEN: "COMPLETED FAILED SKIPPED CANCELLED",
}


def facts(state: StepState = S.READY, run: RunState = RunState.RUNNING, **more: object) -> StepFacts:
    return StepFacts(code="B-1", state=state, run=run, **more)  # type: ignore[arg-type]


def gate(state: StepState, kind: LinkKind = FS, **more: object) -> Gate:
    return Gate(code="A-1", kind=kind, state=state, **more)  # type: ignore[arg-type]


def codes(found: list[object]) -> list[str]:
    return [each.code for each in found]  # type: ignore[attr-defined]


@pytest.mark.parametrize("state", StepState)
@pytest.mark.parametrize("move", StepMove)
def test_a_move_is_allowed_from_its_states_only(move: StepMove, state: StepState) -> None:
    found = obstacles(move, facts(state), NOW, reason="because")
    expected = [] if state.value in ALLOWED[move].split() else [f"step.{state.value.lower()}"]
    assert codes(found) == expected


def test_every_state_and_move_is_in_the_tables() -> None:
    assert set(MOVES) == set(StepMove)
    assert set(RUN_MOVES) == set(RunMove)
    assert set(STANDINGS) == set(StepState)
    assert set(StepState) == OPEN | ENDED
    assert not OPEN & ENDED
    reached = {rule.target for rule in MOVES.values()} | {S.PENDING}
    assert reached == set(StepState) - {S.READY}  # READY is derived, never a target


def test_only_cancel_and_reopen_are_the_pilots_alone() -> None:
    assert {move for move, rule in MOVES.items() if rule.pilot_only} == {M.CANCEL, M.REOPEN}


@pytest.mark.parametrize("move", StepMove)
def test_moves_that_need_a_reason_say_so(move: StepMove) -> None:
    source = next(iter(MOVES[move].sources))
    needs = move in (M.FAIL, M.BLOCK, M.HOLD, M.SKIP, M.CANCEL, M.REOPEN)
    assert codes(obstacles(move, facts(source), NOW, reason="  ")) == (["reason.missing"] if needs else [])


# kind × predecessor's state → is the gate open (it started 20 minutes ago, and ended now if it ended)
GATES = {
    FS: "COMPLETED SKIPPED",
    FF: "COMPLETED SKIPPED",
    SS: "IN_PROGRESS COMPLETED SKIPPED FAILED BLOCKED ON_HOLD",
    SF: "IN_PROGRESS COMPLETED SKIPPED FAILED BLOCKED ON_HOLD",
}


@pytest.mark.parametrize("state", StepState)
@pytest.mark.parametrize("kind", LinkKind)
def test_which_predecessor_opens_which_gate(kind: LinkKind, state: StepState) -> None:
    started = BEFORE if state not in (S.PENDING, S.READY) else None
    ended = NOW if state in ENDED else None
    one = gate(state, kind, started_at=started, finished_at=ended)
    moment = opens_at(one)
    assert (moment is not None) is (state.value in GATES[kind].split())
    if moment is not None:
        assert moment == (NOW if kind in (FS, FF) else BEFORE)


def test_a_blocked_step_that_never_started_opens_no_gate() -> None:
    assert opens_at(gate(S.BLOCKED, SS)) is None


def test_a_step_skipped_before_it_started_counts_from_the_skip() -> None:
    assert opens_at(gate(S.SKIPPED, SS, finished_at=NOW)) == NOW


def test_a_cancelled_predecessor_lets_go_only_by_the_pilots_choice() -> None:
    assert opens_at(gate(S.CANCELLED, finished_at=NOW)) is None
    assert opens_at(gate(S.CANCELLED, SS, started_at=BEFORE, finished_at=NOW)) is None
    assert opens_at(gate(S.CANCELLED, finished_at=NOW, releases=True)) == NOW


@pytest.mark.parametrize(("lag", "ready"), [(0, True), (20, True), (21, False), (-5, True)])
def test_a_lag_must_have_passed(lag: int, ready: bool) -> None:
    gates = [gate(S.COMPLETED, finished_at=BEFORE, lag_minutes=lag)]
    assert is_ready(facts(S.PENDING, gates=gates), NOW) is ready
    assert startable_at(gates, None) == (True, BEFORE + timedelta(minutes=lag))
    expected = [] if ready else ["gate.fs"]
    assert codes(obstacles(M.START, facts(S.PENDING, gates=gates), NOW)) == expected


def test_a_fixed_start_waits_for_its_moment() -> None:
    early = facts(S.PENDING, fixed_start=LATER)
    assert not is_ready(early, NOW)
    assert is_ready(early, LATER)
    assert codes(obstacles(M.START, early, NOW)) == ["fixed_start"]
    assert startable_at([], LATER) == (True, LATER)


def test_a_step_without_gates_is_ready_as_soon_as_the_run_is_running() -> None:
    assert is_ready(facts(S.PENDING), NOW)
    for run in set(RunState) - {RunState.RUNNING}:
        assert not is_ready(facts(S.PENDING, run=run), NOW)


@pytest.mark.parametrize("state", sorted(set(StepState) - {S.PENDING, S.READY}))
def test_only_steps_that_wait_become_ready(state: StepState) -> None:
    assert not is_ready(facts(state), NOW)


def test_the_moment_is_unknown_while_one_predecessor_runs() -> None:
    assert startable_at([gate(S.IN_PROGRESS, started_at=BEFORE)], LATER) == (False, None)


def test_gates_on_the_finish_do_not_hold_the_start() -> None:
    gates = [gate(S.PENDING, FF), gate(S.PENDING, SF)]
    assert is_ready(facts(S.PENDING, gates=gates), NOW)
    running = facts(S.IN_PROGRESS, gates=gates)
    assert codes(obstacles(M.FINISH, running, NOW)) == ["gate.ff", "gate.sf"]


def test_gates_on_the_start_do_not_hold_the_finish() -> None:
    assert obstacles(M.FINISH, facts(S.IN_PROGRESS, gates=[gate(S.PENDING)]), NOW) == []


def test_soft_links_warn_and_do_not_hold() -> None:
    soft = facts(S.PENDING, gates=[gate(S.PENDING, hard=False)])
    assert obstacles(M.START, soft, NOW) == []
    assert warnings(soft, NOW) == ["A-1 waiting: B-1 is better started after it."]
    assert warnings(facts(gates=[gate(S.COMPLETED, finished_at=BEFORE, hard=False)]), NOW) == []


def test_a_refusal_lists_everything_that_is_in_the_way() -> None:
    gates = [gate(S.PENDING), gate(S.FAILED, SS), gate(S.COMPLETED, finished_at=NOW, lag_minutes=30)]
    found = obstacles(M.START, facts(S.PENDING, RunState.PAUSED, gates=gates, fixed_start=LATER), NOW)
    assert codes(found) == ["run.paused", "gate.fs", "gate.ss", "gate.fs", "fixed_start"]
    assert all(each.text and each.hint for each in found)


def test_finishing_asks_for_the_mandatory_instructions() -> None:
    found = obstacles(M.FINISH, facts(S.IN_PROGRESS, open_mandatory=["Check the log", "Call DBA"]), NOW)
    assert [each.text for each in found] == [
        "Mandatory instruction not ticked: Check the log",
        "Mandatory instruction not ticked: Call DBA",
    ]


def test_an_override_passes_gates_but_needs_a_reason_and_never_passes_states() -> None:
    blocked = facts(S.PENDING, gates=[gate(S.PENDING)], fixed_start=LATER)
    assert codes(obstacles(M.START, blocked, NOW, override=True)) == ["reason.missing"]
    assert obstacles(M.START, blocked, NOW, override=True, reason="vendor is waiting") == []
    ended = facts(S.COMPLETED)
    assert codes(obstacles(M.START, ended, NOW, override=True, reason="x")) == ["step.completed"]


def test_a_refusal_names_times_in_the_runs_zone() -> None:
    late = facts(S.PENDING, zone="Europe/Zurich", fixed_start=NOW + timedelta(hours=30))
    (found,) = obstacles(M.START, late, NOW)
    assert f"{(NOW + timedelta(hours=31)):%a %d %b %H:%M} CET" in found.text


def test_a_refused_state_says_who_brought_it_there_and_when() -> None:
    (found,) = obstacles(M.FINISH, facts(S.COMPLETED, changed_by="Nia Ng", changed_at=BEFORE), NOW)
    assert found.text == "B-1 is completed by Nia Ng, Fri 02:40 UTC."


def test_resuming_goes_on_where_the_step_was() -> None:
    assert after_resume(facts(S.BLOCKED)) is S.PENDING
    assert after_resume(facts(S.ON_HOLD, started_at=BEFORE)) is S.IN_PROGRESS


RUN_ALLOWED = {
    RunMove.START: "PLANNED",
    RunMove.PAUSE: "RUNNING",
    RunMove.RESUME: "PAUSED",
    RunMove.COMPLETE: "RUNNING",
    RunMove.ABORT: "PLANNED RUNNING PAUSED",
}


@pytest.mark.parametrize("state", RunState)
@pytest.mark.parametrize("move", RunMove)
def test_a_run_moves_from_its_states_only(move: RunMove, state: RunState) -> None:
    allowed = state.value in RUN_ALLOWED[move].split()
    assert codes(run_obstacles(move, state)) == ([] if allowed else [f"run.{state.value.lower()}"])


def test_a_run_with_open_steps_cannot_be_completed() -> None:
    (found,) = run_obstacles(RunMove.COMPLETE, RunState.RUNNING, [f"A-{each}" for each in range(12)])
    assert found.text.startswith("12 steps have not ended: A-0, ")
    assert found.text.endswith("and 2 more.")
