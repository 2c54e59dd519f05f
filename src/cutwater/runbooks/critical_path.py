"""The critical path of a run: what is done, what runs, what is left, and when it all ends.

Critical path method (Kelley and Walker 1959) over plain lists, with FS, SS, FF and SF links and lag.
Every time is a whole number of seconds from one origin that the caller chooses (the module itself does not
care about the unit). FS and SS links hold back a step's start, FF and SF its finish: a step that waits to
finish is stretched, as on the night itself, not pushed to a later start. Soft links never constrain.

Cost: `prepare` O(steps + links) once per graph; `Prepared.schedule` O(steps + links) per tick.
"""

import gc
from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

Id = TypeVar("Id", bound=Hashable)

LONG_AGO = -(2**62)
NEVER = 2**62


class LinkKind(StrEnum):
    """Which end of the earlier step holds back which end of the later one."""

    FS = "FS"
    SS = "SS"
    FF = "FF"
    SF = "SF"


class Progress(StrEnum):
    """How far a step is, as far as time is concerned."""

    LEFT = "left"
    RUNNING = "running"
    DONE = "done"


# members as globals: an enum's own attribute access costs more than the rest of a pass
_FROM_FINISH, _TO_START = (LinkKind.FS, LinkKind.FF), (LinkKind.FS, LinkKind.SS)
_LEFT, _RUNNING, _DONE = Progress.LEFT, Progress.RUNNING, Progress.DONE


@dataclass(frozen=True, kw_only=True, slots=True)
class Step(Generic[Id]):
    """One step: `duration` is work, `started` and `finished` are facts, `not_before` a fixed start."""

    id: Id
    duration: int
    progress: Progress = Progress.LEFT
    started: int | None = None
    finished: int | None = None
    not_before: int | None = None
    deadline: int | None = None
    planned_start: int | None = None
    planned_finish: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Link(Generic[Id]):
    """`after` waits for `before`, by kind and lag (which may be negative)."""

    before: Id
    after: Id
    kind: LinkKind = LinkKind.FS
    lag: int = 0
    hard: bool = True


class StepDates(NamedTuple):
    """What the schedule says of one step; `slack` is how long it may slip before the end moves."""

    early_start: int
    early_finish: int
    late_start: int
    late_finish: int
    slack: int
    critical: bool
    delay: int
    inherited: int
    originating: int
    overdue: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule(Generic[Id]):
    """Dates of every step, the forecast end, and the ids on the critical path in the order of the work."""

    end: int | None
    path: list[Id]
    dates: dict[Id, StepDates]


class Cyclic(ValueError):
    """The links go round in circles; `cycles` names one full turn of each, first step repeated at the end."""

    def __init__(self, cycles: Sequence[Sequence[Hashable]]) -> None:
        self.cycles = [list(cycle) for cycle in cycles]
        super().__init__("; ".join(" → ".join(str(each) for each in cycle) for cycle in self.cycles))


def critical_path(steps: Sequence[Step[Id]], links: Iterable[Link[Id]], now: int) -> Schedule[Id]:
    """The schedule at `now` (for a plan: its start). Raises Cyclic, and KeyError on unknown ids."""
    return Prepared([step.id for step in steps], links).schedule(steps, now)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Hold the cyclic collector back while a graph is allocated: all of it lives, and looking through the
    whole heap for garbage again and again took five times as long as the work itself."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Prepared(Generic[Id]):
    """A sorted graph, kept as long as its links stay; every tick asks it for a new schedule.

    Inside, position p stands for the start of a step and count + p for its finish, so that every link is a
    pair (point, lag) on the list of what gates a start or of what gates a finish.
    """

    __slots__ = ("_after_finish", "_after_start", "_order", "_to_finish", "_to_start", "ids")

    def __init__(self, ids: Sequence[Id], links: Iterable[Link[Id]]) -> None:
        self.ids = list(ids)
        with _uncollected():
            self._sort(links)

    def _sort(self, links: Iterable[Link[Id]]) -> None:
        count = len(self.ids)
        at = {each: position for position, each in enumerate(self.ids)}
        if len(at) != count:
            raise ValueError("two steps share one id")
        after_of: list[list[int]] = [[] for _ in self.ids]
        self._to_start: list[list[tuple[int, int]]] = [[] for _ in self.ids]
        self._to_finish: list[list[tuple[int, int]]] = [[] for _ in self.ids]
        self._after_start: list[list[tuple[int, int]]] = [[] for _ in self.ids]
        self._after_finish: list[list[tuple[int, int]]] = [[] for _ in self.ids]
        for link in links:
            if not link.hard:
                continue
            before, after, kind = at[link.before], at[link.after], link.kind
            after_of[before].append(after)
            from_finish, to_start = kind in _FROM_FINISH, kind in _TO_START
            source = before + count if from_finish else before
            target = after if to_start else after + count
            (self._to_start if to_start else self._to_finish)[after].append((source, link.lag))
            (self._after_finish if from_finish else self._after_start)[before].append((target, link.lag))
        self._order = _topological(after_of)
        if len(self._order) < count:
            turns = _cycles(after_of, self._order)
            raise Cyclic([[self.ids[each] for each in turn] for turn in turns])

    def schedule(self, steps: Sequence[Step[Id]], now: int) -> Schedule[Id]:
        """The dates at `now`; `steps` in the order of the ids given at preparation."""
        with _uncollected():
            return self._dated(steps, now)

    def _dated(self, steps: Sequence[Step[Id]], now: int) -> Schedule[Id]:
        count = len(steps)
        early, work, gates, holds = self._forward(steps, now)
        end = max(early[count:]) if steps else None
        late = self._backward(steps, early, end or 0)
        dates: dict[Id, StepDates] = {}
        path: list[Id] = []
        for position in self._order:
            step, begins, ends = steps[position], early[position], early[count + position]
            slack = 0
            critical = step.progress is not _DONE
            if critical:
                running = step.progress is _RUNNING
                slack = late[count + position] - work[position] if running else late[position] - begins
                critical = slack <= 0
                if critical:
                    path.append(step.id)
            delay = inherited = overdue = 0
            if step.planned_finish is not None and ends > step.planned_finish:
                delay = ends - step.planned_finish
                inherited = _inherited(step, delay, gates[position], holds[position])
            if step.deadline is not None and ends > step.deadline:
                overdue = ends - step.deadline
            dates[step.id] = StepDates(
                begins, ends, late[position], late[count + position],
                slack, critical, delay, inherited, delay - inherited, overdue,
            )  # fmt: skip
        return Schedule(end=end, path=path, dates=dates)

    def _forward(self, steps: Sequence[Step[Id]], now: int) -> "_Forward":
        count = len(steps)
        early, work = [0] * (2 * count), [0] * count
        gates, holds = [LONG_AGO] * count, [LONG_AGO] * count
        to_start, to_finish = self._to_start, self._to_finish
        for position in self._order:
            gate = hold = LONG_AGO
            for point, lag in to_start[position]:
                moment = early[point] + lag
                if moment > gate:
                    gate = moment
            for point, lag in to_finish[position]:
                moment = early[point] + lag
                if moment > hold:
                    hold = moment
            gates[position], holds[position] = gate, hold
            step = steps[position]
            if step.progress is _DONE:
                done = now if step.finished is None else step.finished
                early[position] = done if step.started is None else step.started
                work[position] = early[count + position] = done
                continue
            if step.progress is _RUNNING:
                began = now if step.started is None else step.started
                ends = max(began + step.duration, now)
            else:
                began = max(now, gate)
                if step.not_before is not None and step.not_before > began:
                    began = step.not_before
                ends = began + step.duration
            early[position], work[position] = began, ends
            early[count + position] = max(ends, hold)
        return _Forward(early, work, gates, holds)

    def _backward(self, steps: Sequence[Step[Id]], early: Sequence[int], end: int) -> list[int]:
        """The latest dates that keep the end; NEVER where a date no longer constrains anybody."""
        count = len(steps)
        late = [NEVER] * (2 * count)
        after_start, after_finish = self._after_start, self._after_finish
        for position in reversed(self._order):
            step = steps[position]
            if step.progress is _DONE:
                continue
            last, latest = end, NEVER
            for point, lag in after_finish[position]:
                moment = late[point] - lag
                if moment < last:
                    last = moment
            for point, lag in after_start[position]:
                moment = late[point] - lag
                if moment < latest:
                    latest = moment
            late[count + position] = last
            if step.progress is not _RUNNING:
                worked = last - step.duration
                late[position] = min(latest, worked)
        for position, step in enumerate(steps):
            if step.progress is _DONE:
                late[count + position] = early[count + position]
            if step.progress is not _LEFT:
                late[position] = early[position]
        return late


class _Forward(NamedTuple):
    early: list[int]
    work: list[int]
    gate: list[int]
    hold: list[int]


def _inherited(step: Step[Id], delay: int, gate: int, hold: int) -> int:
    """How much of a delay was handed down by predecessors, through the start or through the finish."""
    pushed = hold - (step.planned_finish or 0)
    if step.planned_start is not None:
        pushed = max(pushed, gate - step.planned_start)
    return max(0, min(delay, pushed))


def _topological(after_of: Sequence[Sequence[int]]) -> list[int]:
    """Kahn's algorithm, stable: among free steps the one given first comes first. Short when cyclic."""
    waiting = [0] * len(after_of)
    for row in after_of:
        for after in row:
            waiting[after] += 1
    free = deque(position for position, count in enumerate(waiting) if count == 0)
    order: list[int] = []
    while free:
        position = free.popleft()
        order.append(position)
        for after in after_of[position]:
            waiting[after] -= 1
            if waiting[after] == 0:
                free.append(after)
    return order


def find_cycles(ids: Sequence[Id], links: Iterable[Link[Id]]) -> list[list[Id]]:
    """One full turn of each knot of steps that wait for each other; self-links are left to the caller."""
    at = {each: position for position, each in enumerate(ids)}
    after_of: list[list[int]] = [[] for _ in ids]
    for link in links:
        if link.hard and link.before != link.after and link.before in at and link.after in at:
            after_of[at[link.before]].append(at[link.after])
    order = _topological(after_of)
    if len(order) == len(after_of):
        return []
    return [[ids[each] for each in turn] for turn in _cycles(after_of, order)]


def _cycles(after_of: Sequence[Sequence[int]], sorted_part: Sequence[int]) -> list[list[int]]:
    """The shortest turn through the first step of each strongly connected component, in input order."""
    settled = set(sorted_part)
    rest = [position for position in range(len(after_of)) if position not in settled]
    turns: list[list[int]] = []
    seen: set[int] = set()
    for component in _components(after_of, rest):
        members = set(component)
        first = min(members)
        if first in seen:
            continue
        turn = _shortest_turn(after_of, first, members)
        if turn:
            turns.append(turn)
            seen |= members
    return sorted(turns)


def _shortest_turn(after_of: Sequence[Sequence[int]], first: int, members: set[int]) -> list[int]:
    came_from: dict[int, int] = {}
    queue = deque([first])
    while queue:
        position = queue.popleft()
        for after in after_of[position]:
            if after == first:
                turn = [first, position]
                while turn[-1] != first:
                    turn.append(came_from[turn[-1]])
                return turn[::-1]
            if after in members and after not in came_from:
                came_from[after] = position
                queue.append(after)
    return []


def _components(after_of: Sequence[Sequence[int]], rest: Sequence[int]) -> Iterator[list[int]]:
    """Tarjan's strongly connected components (1972) over the unsorted rest, without recursion."""
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    for root in rest:
        if root in number:
            continue
        work = [(root, iter(after_of[root]))]
        number[root] = low[root] = len(number)
        stack.append(root)
        on_stack.add(root)
        while work:
            position, successors = work[-1]
            fresh = next(
                (each for each in successors if not _known(each, position, number, low, on_stack)), None
            )
            if fresh is not None:
                number[fresh] = low[fresh] = len(number)
                stack.append(fresh)
                on_stack.add(fresh)
                work.append((fresh, iter(after_of[fresh])))
                continue
            work.pop()
            if work:
                parent = work[-1][0]
                low[parent] = min(low[parent], low[position])
            if low[position] == number[position]:
                component: list[int] = []
                while not component or component[-1] != position:
                    component.append(stack.pop())
                on_stack.difference_update(component)
                yield component


def _known(each: int, position: int, number: dict[int, int], low: dict[int, int], on_stack: set[int]) -> bool:
    """Whether a successor was met before; if it is still on the stack, note how far back it reaches."""
    if each not in number:
        return False
    if each in on_stack:
        low[position] = min(low[position], number[each])
    return True
