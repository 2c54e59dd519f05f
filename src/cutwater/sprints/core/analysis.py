"""A sprint in figures: issues, points, estimated and shares, in total and along six dimensions.

Average points = total points / estimated issues (an issue without an estimate is no zero).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from cutwater.kernel.frozen import frozen
from cutwater.sprints.core.facts import Category
from cutwater.sprints.core.rules import counted_points

ZERO = Decimal(0)


class Dimension(StrEnum):
    """What a sprint can be broken down by; the value is the word of the query box."""

    TEAM = "team"
    STATUS = "status"
    TYPE = "type"
    PRIORITY = "priority"
    ASSIGNEE = "assignee"
    STAKEHOLDER = "stakeholder"


class Fact(Protocol):
    """What the analysis needs to know of an issue; rows of a query and tests both have it."""

    @property
    def discipline_team(self) -> str | None: ...
    @property
    def status(self) -> str: ...
    @property
    def status_category(self) -> str: ...
    @property
    def type_name(self) -> str: ...
    @property
    def priority(self) -> str | None: ...
    @property
    def assignee_name(self) -> str | None: ...
    @property
    def assignee_account(self) -> str | None: ...
    @property
    def owner_name(self) -> str | None: ...
    @property
    def owner_account(self) -> str | None: ...
    @property
    def reporter_name(self) -> str | None: ...
    @property
    def reporter_account(self) -> str | None: ...
    @property
    def points(self) -> Decimal | None: ...
    @property
    def is_blocked(self) -> bool: ...


@dataclass(slots=True)
class Tally:
    """Counts of some issues; `points` sums the estimates that count, `estimated` counts them."""

    issues: int = 0
    points: Decimal = ZERO
    estimated: int = 0
    done_issues: int = 0
    done_points: Decimal = ZERO
    blocked: int = 0
    stages: dict[str, int] = field(default_factory=dict)

    def add(self, category: str, points: Decimal | None, is_blocked: bool) -> None:
        """Count one issue."""
        self.issues += 1
        self.stages[category] = self.stages.get(category, 0) + 1
        self.blocked += is_blocked
        if points is not None:
            self.points += points
            self.estimated += 1
        if category == Category.DONE:
            self.done_issues += 1
            self.done_points += points or ZERO

    @property
    def average(self) -> Decimal | None:
        """Points per estimated issue, to one decimal; None when nothing is estimated."""
        return round(self.points / self.estimated, 1) if self.estimated else None

    @property
    def open_issues(self) -> int:
        """The issues that are not done."""
        return self.issues - self.done_issues


@frozen
class Line:
    """One value of a dimension: `value` finds its issues, `label` is shown; empty means "not set"."""

    value: str
    label: str
    tally: Tally
    share: Decimal
    points_share: Decimal | None


@frozen
class Analysis:
    """A sprint in figures."""

    total: Tally
    lines: dict[Dimension, list[Line]]
    stakeholders: int
    by_owner: int
    by_reporter: int


def analyse(facts: Iterable[Fact]) -> Analysis:
    """Count everything in one pass."""
    total = Tally()
    groups: dict[Dimension, dict[str, tuple[str, Tally]]] = {dimension: {} for dimension in Dimension}
    by_owner = by_reporter = 0
    for fact in facts:
        points = counted_points(fact.points)
        total.add(fact.status_category, points, fact.is_blocked)
        by_owner += bool(fact.owner_name)
        by_reporter += bool(not fact.owner_name and fact.reporter_name)
        for dimension, (value, label) in _values(fact).items():
            group = groups[dimension].get(value)
            if group is None:
                group = groups[dimension][value] = (label, Tally())
            group[1].add(fact.status_category, points, fact.is_blocked)
    lines = {dimension: _lines(found, total) for dimension, found in groups.items()}
    return Analysis(
        total=total,
        lines=lines,
        stakeholders=sum(1 for line in lines[Dimension.STAKEHOLDER] if line.value),
        by_owner=by_owner,
        by_reporter=by_reporter,
    )


def _values(fact: Fact) -> dict[Dimension, tuple[str, str]]:
    if fact.owner_name:
        stakeholder = (fact.owner_account or fact.owner_name, fact.owner_name)
    else:
        stakeholder = (fact.reporter_account or fact.reporter_name or "", fact.reporter_name or "")
    return {
        Dimension.TEAM: (fact.discipline_team or "", fact.discipline_team or ""),
        Dimension.STATUS: (fact.status, fact.status),
        Dimension.TYPE: (fact.type_name, fact.type_name),
        Dimension.PRIORITY: (fact.priority or "", fact.priority or ""),
        Dimension.ASSIGNEE: (fact.assignee_account or fact.assignee_name or "", fact.assignee_name or ""),
        Dimension.STAKEHOLDER: stakeholder,
    }


def _lines(groups: dict[str, tuple[str, Tally]], total: Tally) -> list[Line]:
    names: dict[str, int] = {}
    for label, _ in groups.values():
        names[label] = names.get(label, 0) + 1
    lines = [
        Line(
            # a name is friendlier than an account id, as long as it means one person only
            value=label if names[label] == 1 else value,
            label=label,
            tally=tally,
            share=percent(tally.issues, total.issues) or ZERO,
            points_share=percent(tally.points, total.points),
        )
        for value, (label, tally) in groups.items()
    ]
    return sorted(lines, key=lambda line: (-line.tally.issues, line.label == "", line.label))


def percent(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    """Part of a whole in percent, to one decimal; None when there is no whole."""
    return round(Decimal(part) * 100 / Decimal(whole), 1) if whole else None
