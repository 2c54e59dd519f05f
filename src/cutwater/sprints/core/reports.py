"""A sprint's figures put together for its page and its API twin, which must never differ."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol

from cutwater.kernel.frozen import frozen
from cutwater.sprints.core import analysis, coverage, health, issue_query
from cutwater.sprints.core.analysis import Analysis, Dimension, Line
from cutwater.sprints.core.coverage import Effect, Gap
from cutwater.sprints.core.health import Health

NOT_SET = {
    Dimension.TEAM: "No team",
    Dimension.STATUS: "No status",
    Dimension.TYPE: "No type",
    Dimension.PRIORITY: "No priority",
    Dimension.ASSIGNEE: "Unassigned",
    Dimension.STAKEHOLDER: "Nobody",
}


class Planned(Protocol):
    """What figures need to know of a sprint."""

    @property
    def key(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def starts_on(self) -> date | None: ...
    @property
    def ends_on(self) -> date | None: ...


class Known(analysis.Fact, coverage.Covered, Protocol):
    """An issue as both the figures and their coverage look at it."""


@frozen
class SprintReport:
    """Everything the first screen of a sprint says; `scope` is the query of the issues behind it."""

    analysis: Analysis
    gaps: list[Gap]
    health: Health
    scope: str

    @property
    def spoiled(self) -> list[Gap]:
        """The gaps worth reading before the figures."""
        return [gap for gap in self.gaps if gap.effect is not Effect.FINE]

    def query(self, words: str = "") -> str:
        """The query of some of the sprint's issues."""
        return f"{self.scope} {words}".strip()

    def line_query(self, dimension: Dimension, line: Line) -> str:
        """The query of the issues behind a line."""
        return self.query(issue_query.term(dimension.value, line.value))


def report(sprint: Planned, facts: Sequence[Known], *, subtasks: bool, today: date) -> SprintReport:
    """The figures of a sprint on a day."""
    found = analysis.analyse(facts)
    unassigned = sum(1 for fact in facts if fact.status_category != "DONE" and not fact.assignee_name)
    return SprintReport(
        analysis=found,
        gaps=coverage.cover(facts),
        health=health.judge(
            found.total,
            state=sprint.state,
            starts_on=sprint.starts_on,
            ends_on=sprint.ends_on,
            unassigned=unassigned,
            today=today,
        ),
        scope=f"sprint:{sprint.key}" + ("" if subtasks else " -is:subtask"),
    )


def figure(value: Decimal | int | None) -> str:
    """A number for people: no trailing zeros, thousands apart, a dash when there is none."""
    if value is None:
        return "–"
    text = f"{Decimal(value):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
