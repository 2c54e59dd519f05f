"""The critical path of a run: what is done, what runs, what is left, and when it all ends.

Critical path method (Kelley and Walker 1959) over plain lists, with FS, SS, FF and SF links and lag.
Every time is a whole number of seconds from one origin that the caller chooses (the module itself does not
care about the unit). FS and SS links hold back a step's start, FF and SF its finish: a step that waits to
finish is stretched, as on the night itself, not pushed to a later start. Soft links never constrain.

Cost: `prepare` O(steps + links) once per graph; `Prepared.schedule` O(steps + links) per tick.
"""

import gc
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from typing import Generic, NamedTuple, TypeVar

from cutwater.kernel.frozen import frozen
from cutwater.runbooks.core.cycles import Cyclic, topological, turns

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
_FS, _SS, _FF = LinkKind.FS, LinkKind.SS, LinkKind.FF
_RUNNING, _DONE = Progress.RUNNING, Progress.DONE
Bond = tuple[int, int, int]  # a link: the point that is waited for, the point that waits, and the lag


@frozen
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


@frozen
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


@frozen
class Schedule(Generic[Id]):
    """Dates of every step, the forecast end, and the ids on the critical path in the order of the work."""

    end: int | None
    path: list[Id]
    dates: dict[Id, StepDates]


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

    Inside, steps stand in topological order: 2·r is the start of the step at rank r, 2·r + 1 its finish. So
    every link of whatever kind is one triple (source point, target point, lag), which hangs on both steps.
    """

    __slots__ = ("_before", "_behind", "_order", "ids")

    def __init__(self, ids: Sequence[Id], links: Iterable[Link[Id]]) -> None:
        self.ids = list(ids)
        with _uncollected():
            self._sort(links)

    def _sort(self, links: Iterable[Link[Id]]) -> None:
        at = {each: position for position, each in enumerate(self.ids)}
        if len(at) != len(self.ids):
            raise ValueError("two steps share one id")
        after_of: list[list[int]] = [[] for _ in self.ids]
        leaving: list[list[Link[Id]]] = [[] for _ in self.ids]
        for link in links:
            if link.hard:
                before = at[link.before]
                after_of[before].append(at[link.after])
                leaving[before].append(link)
        self._order = topological(after_of)
        if len(self._order) < len(self.ids):
            found = turns(after_of, self._order)
            raise Cyclic([[self.ids[each] for each in turn] for turn in found])
        self._connect(after_of, leaving)

    def _connect(self, after_of: Sequence[Sequence[int]], leaving: Sequence[Sequence[Link[Id]]]) -> None:
        """Hang the links on their steps, made in the order in which a tick meets them: what lies together in
        memory is read twice as fast."""
        start_of = [0] * len(self.ids)
        for rank, position in enumerate(self._order):
            start_of[position] = 2 * rank
        self._before: list[list[Bond]] = [[] for _ in self.ids]
        self._behind: list[list[Bond]] = [[] for _ in self.ids]
        for position, behind in zip(self._order, self._behind, strict=True):
            start = start_of[position]
            for after, link in zip(after_of[position], leaving[position], strict=True):
                kind, target = link.kind, start_of[after]
                bond = (
                    start + 1 if kind is _FS or kind is _FF else start,
                    target if kind is _FS or kind is _SS else target + 1,
                    link.lag,
                )
                behind.append(bond)
                self._before[target >> 1].append(bond)

    def schedule(self, steps: Sequence[Step[Id]], now: int) -> Schedule[Id]:
        """The dates at `now`; `steps` in the order of the ids given at preparation."""
        with _uncollected():
            ordered = [steps[position] for position in self._order]
            forward = self._forward(ordered, now)
            end = max(forward.early[1::2], default=None)
            return _dated(ordered, forward, self._backward(ordered, end or 0), end)

    def _forward(self, ordered: Sequence[Step[Id]], now: int) -> "_Forward":
        """The earliest dates, and what gated each start and held back each finish."""
        found = _Forward([], [], [], [])
        early = found.early
        add, add_work, add_gate, add_hold = (each.append for each in found)
        for step, before in zip(ordered, self._before, strict=True):
            gate = hold = LONG_AGO
            for source, target, lag in before:
                moment = early[source] + lag
                if target & 1:
                    if moment > hold:
                        hold = moment
                elif moment > gate:
                    gate = moment
            progress = step.progress
            if progress is _DONE:
                worked = ends = now if step.finished is None else step.finished
                began = ends if step.started is None else step.started
            else:
                if progress is _RUNNING:
                    began = now if step.started is None else step.started
                    worked = max(began + step.duration, now)
                else:
                    began = now
                    if gate > began:
                        began = gate
                    if step.not_before is not None and step.not_before > began:
                        began = step.not_before
                    worked = began + step.duration
                ends = worked
                if hold > ends:
                    ends = hold
            add(began)
            add(ends)
            add_work(worked)
            add_gate(gate)
            add_hold(hold)
        return found

    def _backward(self, ordered: Sequence[Step[Id]], end: int) -> list[int]:
        """The latest dates that keep the end; NEVER where a date no longer constrains anybody."""
        late = [NEVER] * (2 * len(ordered))
        start = len(late)
        for step, behind in zip(reversed(ordered), reversed(self._behind), strict=True):
            start -= 2
            progress = step.progress
            if progress is _DONE:
                continue
            last, latest = end, NEVER
            for source, target, lag in behind:
                moment = late[target] - lag
                if source & 1:
                    if moment < last:
                        last = moment
                elif moment < latest:
                    latest = moment
            late[start + 1] = last
            if progress is not _RUNNING:
                worked = last - step.duration
                late[start] = worked
                if latest < worked:
                    late[start] = latest
        return late


class _Forward(NamedTuple):
    early: list[int]
    work: list[int]
    gate: list[int]
    hold: list[int]


def _dated(
    ordered: Sequence[Step[Id]], forward: _Forward, late: Sequence[int], end: int | None
) -> Schedule[Id]:
    """Both passes side by side: slack, what is critical, and whose delay it is."""
    dates: dict[Id, StepDates] = {}
    path: list[Id] = []
    early, work, gates, holds = forward
    columns = zip(ordered, early[::2], early[1::2], late[::2], late[1::2], work, gates, holds, strict=True)
    for step, begins, ends, late_start, late_finish, worked, gate, hold in columns:
        slack = delay = inherited = overdue = 0
        critical = False
        progress = step.progress
        if progress is _DONE:
            late_start, late_finish = begins, ends
        else:
            slack = late_start - begins
            if progress is _RUNNING:
                late_start, slack = begins, late_finish - worked
            if slack <= 0:
                critical = True
                path.append(step.id)
        if step.planned_finish is not None and ends > step.planned_finish:
            delay = ends - step.planned_finish
            inherited = _inherited(step, delay, gate, hold)
        if step.deadline is not None and ends > step.deadline:
            overdue = ends - step.deadline
        dates[step.id] = _as_dates(
            (begins, ends, late_start, late_finish, slack, critical, delay, inherited, delay - inherited,
             overdue)
        )  # fmt: skip
    return Schedule(end=end, path=path, dates=dates)


# the class itself takes its fields one by one, which takes twice as long
_as_dates: Callable[[tuple[int, ...]], StepDates] = partial(tuple.__new__, StepDates)


def _inherited(step: Step[Id], delay: int, gate: int, hold: int) -> int:
    """How much of a delay was handed down by predecessors, through the start or through the finish."""
    pushed = hold - (step.planned_finish or 0)
    if step.planned_start is not None and gate - step.planned_start > pushed:
        pushed = gate - step.planned_start
    if pushed <= 0:
        return 0
    return min(pushed, delay)


def find_cycles(ids: Sequence[Id], links: Iterable[Link[Id]]) -> list[list[Id]]:
    """One full turn of each knot of steps that wait for each other; self-links are left to the caller."""
    at = {each: position for position, each in enumerate(ids)}
    after_of: list[list[int]] = [[] for _ in ids]
    for link in links:
        if link.hard and link.before != link.after and link.before in at and link.after in at:
            after_of[at[link.before]].append(at[link.after])
    order = topological(after_of)
    if len(order) == len(after_of):
        return []
    return [[ids[each] for each in turn] for turn in turns(after_of, order)]
