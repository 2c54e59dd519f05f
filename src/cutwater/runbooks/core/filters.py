"""The filters of a runsheet: one table that counters, rows, addresses and the elements of pages read."""

from collections import Counter
from collections.abc import Mapping, Sequence

from cutwater.kernel.frozen import frozen
from cutwater.runbooks.core.rows import Figures, StepRow
from cutwater.runbooks.core.step_machine import BLOCKED, DONE, RUNNING, StepState


@frozen
class StepFilter:
    """Which steps a filter shows: those in some states, or those that carry a mark."""

    label: str
    states: frozenset[StepState] = frozenset()
    mark: str = ""


FILTERS: Mapping[str, StepFilter] = {
    "all": StepFilter(label="All"),
    "startable": StepFilter(label="Startable now", mark="startable"),
    "mine": StepFilter(label="Mine", mark="mine"),
    "running": StepFilter(label="In progress", states=RUNNING),
    "late": StepFilter(label="Late", mark="late"),
    "critical": StepFilter(label="Critical", mark="critical"),
    "blocked": StepFilter(label="Blocked", states=BLOCKED),
    "done": StepFilter(label="Done", states=DONE),
}


def marks(figures: Figures, *, is_mine: bool = False) -> dict[str, bool]:
    """What a step's row is marked with."""
    return {
        "startable": figures.startable,
        "mine": is_mine,
        "late": figures.late_minutes > 0,
        "critical": figures.critical,
    }


def passes(name: str, state: str, figures: Figures, *, is_mine: bool) -> bool:
    """Whether a filter shows a step; an unknown one shows all."""
    wanted = FILTERS.get(name, FILTERS["all"])
    if wanted.states:
        return state in wanted.states
    return not wanted.mark or marks(figures, is_mine=is_mine)[wanted.mark]


def count(rows: Sequence[StepRow], figures: Sequence[Figures]) -> dict[str, int]:
    """How many steps each filter shows, but for those that depend on who looks."""
    states = Counter(row.state for row in rows)
    marked = {
        "startable": sum(each.startable for each in figures),
        "late": sum(each.late_minutes > 0 for each in figures),
        "critical": sum(each.critical for each in figures),
        "": len(rows),
    }
    return {
        name: sum(states[each] for each in wanted.states) if wanted.states else marked[wanted.mark]
        for name, wanted in FILTERS.items()
        if wanted.mark != "mine"
    }
