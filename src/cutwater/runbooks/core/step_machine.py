"""The life of a step, as tables: states, moves, and everything that may block a move.

READY is never typed. It is derived: FS waits for the predecessor's end + lag, SS for its start + lag;
FF and SF gate finishing; SKIPPED counts as done, CANCELLED only by the pilot's choice, FAILED never.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from cutwater.kernel.frozen import frozen
from cutwater.kernel.obstacle import Obstacle
from cutwater.runbooks.core.critical_path import LinkKind, Progress
from cutwater.runbooks.core.run_machine import RunState


class StepState(StrEnum):
    """Where one step of a run stands."""

    PENDING = "PENDING"
    READY = "READY"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    BLOCKED = "BLOCKED"
    ON_HOLD = "ON_HOLD"
    SKIPPED = "SKIPPED"
    CANCELLED = "CANCELLED"


class StepMove(StrEnum):
    """What a person can do to a step."""

    START = "start"
    FINISH = "finish"
    FAIL = "fail"
    BLOCK = "block"
    HOLD = "hold"
    RESUME = "resume"
    SKIP = "skip"
    CANCEL = "cancel"
    REOPEN = "reopen"


@frozen
class MoveRule:
    """From which states a move leads where; whether only a pilot may, and whether a reason is needed."""

    sources: frozenset[StepState]
    target: StepState
    pilot_only: bool = False
    needs_reason: bool = False


@frozen
class Standing:
    """How a state counts, in time, in figures, in filters and in the elements of pages."""

    word: str
    progress: Progress = Progress.LEFT
    is_waiting: bool = False  # nothing was done to the step yet
    is_startable: bool = False  # while its run is on
    is_running: bool = False
    is_stopped: bool = False  # somebody stopped it, and resuming lets it go on
    is_blocked: bool = False  # it goes on only when somebody mends something
    is_done: bool = False
    is_counted: bool = True  # in the totals that progress is a part of
    is_ended: bool = False

    @property
    def is_over(self) -> bool:
        """Nothing is left to do: it has no forecast and is never late. A failed step is done again."""
        return self.progress is Progress.DONE


S = StepState
STANDINGS: Mapping[StepState, Standing] = {
    S.PENDING: Standing(word="waiting", is_waiting=True),
    S.READY: Standing(word="ready", is_waiting=True, is_startable=True),
    S.IN_PROGRESS: Standing(word="in progress", progress=Progress.RUNNING, is_running=True),
    S.COMPLETED: Standing(word="completed", progress=Progress.DONE, is_done=True, is_ended=True),
    S.FAILED: Standing(word="failed", is_blocked=True, is_ended=True),
    S.BLOCKED: Standing(word="blocked", is_blocked=True, is_stopped=True),
    S.ON_HOLD: Standing(word="on hold", is_stopped=True),
    S.SKIPPED: Standing(word="skipped", progress=Progress.DONE, is_done=True, is_ended=True),
    S.CANCELLED: Standing(word="cancelled", progress=Progress.DONE, is_counted=False, is_ended=True),
}
"""The one table of states: what is done, late, startable or blocked is asked here and nowhere else."""


def states(claim: Callable[[Standing], bool]) -> frozenset[StepState]:
    """The states of which a claim is true."""
    return frozenset(state for state, standing in STANDINGS.items() if claim(standing))


def stored(some: Iterable[StepState]) -> list[str]:
    """States as the database has them, always in the same order."""
    return sorted(state.value for state in some)


NOT_STARTED = states(lambda each: each.is_waiting)
STOPPED = states(lambda each: each.is_stopped)
RUNNING = states(lambda each: each.is_running)
BLOCKED = states(lambda each: each.is_blocked)
STARTABLE = states(lambda each: each.is_startable)
DONE = states(lambda each: each.is_done)
UNCOUNTED = states(lambda each: not each.is_counted)
OVER = states(lambda each: each.is_over)
ENDED = states(lambda each: each.is_ended)
OPEN = states(lambda each: not each.is_ended)

MOVES: Mapping[StepMove, MoveRule] = {
    StepMove.START: MoveRule(sources=NOT_STARTED, target=S.IN_PROGRESS),
    StepMove.FINISH: MoveRule(sources=frozenset({S.IN_PROGRESS}), target=S.COMPLETED),
    StepMove.FAIL: MoveRule(sources=frozenset({S.IN_PROGRESS}), target=S.FAILED, needs_reason=True),
    StepMove.BLOCK: MoveRule(sources=NOT_STARTED | {S.IN_PROGRESS}, target=S.BLOCKED, needs_reason=True),
    StepMove.HOLD: MoveRule(sources=NOT_STARTED | {S.IN_PROGRESS}, target=S.ON_HOLD, needs_reason=True),
    StepMove.RESUME: MoveRule(sources=STOPPED, target=S.PENDING),
    StepMove.SKIP: MoveRule(sources=NOT_STARTED | STOPPED | {S.FAILED}, target=S.SKIPPED, needs_reason=True),
    StepMove.CANCEL: MoveRule(
        sources=OPEN | {S.FAILED}, target=S.CANCELLED, pilot_only=True, needs_reason=True
    ),
    StepMove.REOPEN: MoveRule(sources=ENDED, target=S.PENDING, pilot_only=True, needs_reason=True),
}


@frozen
class Gate:
    """One link into a step, seen from the step that waits."""

    code: str
    title: str = ""
    team: str = ""
    kind: LinkKind = LinkKind.FS
    lag_minutes: int = 0
    hard: bool = True
    state: StepState
    started_at: datetime | None = None
    finished_at: datetime | None = None
    releases: bool = False  # a CANCELLED predecessor, by the pilot's choice, lets its successors go

    @property
    def gates_start(self) -> bool:
        return self.kind in (LinkKind.FS, LinkKind.SS)


@frozen
class StepFacts:
    """All that decides about a move of one step."""

    code: str
    state: StepState
    run: RunState
    gates: Sequence[Gate] = ()
    fixed_start: datetime | None = None
    started_at: datetime | None = None
    changed_by: str = ""
    changed_at: datetime | None = None
    open_mandatory: Sequence[str] = ()
    zone: str = "UTC"  # the run's, in which refusals name times


def opens_at(gate: Gate) -> datetime | None:
    """When a gate opens; None while that is not known yet."""
    counts_as_done = gate.state in DONE or (gate.state is S.CANCELLED and gate.releases)
    if counts_as_done:
        waits_for_end = gate.kind in (LinkKind.FS, LinkKind.FF)
        moment = gate.finished_at if waits_for_end else gate.started_at or gate.finished_at
    elif gate.kind in (LinkKind.SS, LinkKind.SF) and gate.state is not S.CANCELLED:
        moment = gate.started_at
    else:
        moment = None
    return None if moment is None else moment + timedelta(minutes=gate.lag_minutes)


def startable_at(gates: Iterable[Gate], fixed_start: datetime | None) -> tuple[bool, datetime | None]:
    """Whether the moment is known at which a step may start, and that moment (None: it may at once)."""
    moments = [fixed_start] if fixed_start else []
    for gate in gates:
        if not (gate.hard and gate.gates_start):
            continue
        moment = opens_at(gate)
        if moment is None:
            return False, None
        moments.append(moment)
    return True, max(moments, default=None)


def is_ready(facts: StepFacts, now: datetime) -> bool:
    """The derived rule: the run is on, nothing was done to the step yet, and every start gate is open."""
    known, moment = startable_at(facts.gates, facts.fixed_start)
    waits = facts.state in NOT_STARTED and facts.run is RunState.RUNNING
    return waits and known and (moment is None or moment <= now)


def may_tick(run: RunState, state: StepState) -> bool:
    """Whether a step's instructions can be ticked: it may start, or has started, in a run that is on."""
    return run is RunState.RUNNING and state in STARTABLE | RUNNING


def after_resume(facts: StepFacts) -> StepState:
    """Where a blocked or held step goes on: where it was (READY is derived afterwards)."""
    return S.IN_PROGRESS if facts.started_at else S.PENDING


def obstacles(
    move: StepMove, facts: StepFacts, now: datetime, *, reason: str = "", override: bool = False
) -> list[Obstacle]:
    """Everything that stands in the way of a move, at once; empty when it may happen.

    `override` is the pilot's: it passes gates, fixed start and mandatory instructions, never states,
    and needs a reason. Who may move and override is decided in `permissions`.
    """
    rule = MOVES[move]
    found = _run_obstacles(facts.run) + _state_obstacles(move, rule, facts)
    if facts.state in rule.sources and not override:
        if move is StepMove.START:
            found += _gate_obstacles(facts, now, starting=True) + _fixed_start_obstacles(facts, now)
        if move is StepMove.FINISH:
            found += _gate_obstacles(facts, now, starting=False) + _instruction_obstacles(facts)
    if (rule.needs_reason or override) and not reason.strip():
        what = "An override" if override else f"To {move.value} a step"
        found.append(
            Obstacle(
                code="reason.missing",
                text=f"{what} needs a reason.",
                hint="Write a sentence that explains it in the report.",
                cleared_by="you",
            )
        )
    return found


def warnings(facts: StepFacts, now: datetime) -> list[str]:
    """Soft links that are not satisfied: advice at the start, never an obstacle."""
    return [
        f"{gate.code} {STANDINGS[gate.state].word}: {facts.code} is better started after it."
        for gate in facts.gates
        if not gate.hard and gate.gates_start and not _is_open(gate, now)
    ]


def _run_obstacles(run: RunState) -> list[Obstacle]:
    if run is RunState.RUNNING:
        return []
    hint = {
        RunState.PLANNED: "Start the run first.",
        RunState.PAUSED: "Resume the run first.",
    }.get(run, "A run that has ended stays as it is.")
    text = f"The run is {run.value.lower()}."
    return [Obstacle(code=f"run.{run.value.lower()}", text=text, hint=hint, cleared_by="a pilot")]


def _state_obstacles(move: StepMove, rule: MoveRule, facts: StepFacts) -> list[Obstacle]:
    if facts.state in rule.sources:
        return []
    by = f" by {facts.changed_by}" if facts.changed_by else ""
    at = f", {_clock(facts.changed_at, facts.zone)}" if facts.changed_at else ""
    word = STANDINGS[facts.state].word
    allowed = " or ".join(STANDINGS[each].word for each in StepState if each in rule.sources)
    return [
        Obstacle(
            code=f"step.{facts.state.value.lower()}",
            text=f"{facts.code} is {word}{by}{at}.",
            hint=f"Only a step that is {allowed} can be moved by “{move.value}”.",
            cleared_by="a pilot" if facts.state in ENDED else "",
        )
    ]


def _is_open(gate: Gate, now: datetime) -> bool:
    moment = opens_at(gate)
    return moment is not None and moment <= now


def _gate_obstacles(facts: StepFacts, now: datetime, *, starting: bool) -> list[Obstacle]:
    return [
        _closed(gate, facts.zone)
        for gate in facts.gates
        if gate.hard and gate.gates_start is starting and not _is_open(gate, now)
    ]


_END_WORDS: Mapping[LinkKind, tuple[str, str]] = {
    LinkKind.FS: ("Starts", "ends"),
    LinkKind.SS: ("Starts", "has started"),
    LinkKind.FF: ("Finishes", "ends"),
    LinkKind.SF: ("Finishes", "has started"),
}


def _clock(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%a %H:%M %Z}"


def _closed(gate: Gate, zone: str) -> Obstacle:
    what, event = _END_WORDS[gate.kind]
    lag = f" and {gate.lag_minutes} min have passed" if gate.lag_minutes > 0 else ""
    title = f" ({gate.title})" if gate.title else ""
    moment = opens_at(gate)
    if moment is not None:
        hint = f"Opens {_clock(moment, zone)}."
    elif gate.state is S.FAILED:
        hint = f"{gate.code} failed: a pilot reopens or skips it."
    elif gate.state is S.CANCELLED:
        hint = (
            f"{gate.code} was cancelled without letting its successors go: a pilot overrides or reopens it."
        )
    else:
        hint = f"{gate.code} is {STANDINGS[gate.state].word}."
    return Obstacle(
        code=f"gate.{gate.kind.value.lower()}",
        text=f"{what} after {gate.code}{title} {event}{lag}.",
        hint=hint,
        cleared_by=gate.team or "the owners of " + gate.code,
    )


def _fixed_start_obstacles(facts: StepFacts, now: datetime) -> list[Obstacle]:
    if facts.fixed_start is None or facts.fixed_start <= now:
        return []
    local = facts.fixed_start.astimezone(ZoneInfo(facts.zone))
    text = f"{facts.code} may not start before {local:%a %d %b %H:%M %Z}."
    return [Obstacle(code="fixed_start", text=text, hint="Wait for its fixed start.", cleared_by="a pilot")]


def _instruction_obstacles(facts: StepFacts) -> list[Obstacle]:
    return [
        Obstacle(
            code="instruction.open",
            text=f"Mandatory instruction not ticked: {title}",
            hint="Do it, then tick it.",
            cleared_by="whoever executes the step",
        )
        for title in facts.open_mandatory
    ]
