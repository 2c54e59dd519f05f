"""A sprint in figures, as its page, the home page and the API show it."""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from cutwater.kernel.frozen import frozen
from cutwater.kernel.reader import Reader
from cutwater.sprints.boards import queries
from cutwater.sprints.boards.queries import SprintFacts
from cutwater.sprints.core import reports
from cutwater.sprints.core.analysis import Dimension, Tally
from cutwater.sprints.core.coverage import Gap
from cutwater.sprints.core.health import Term
from cutwater.sprints.core.reports import SprintReport
from cutwater.sprints.sprints.queries import SprintRow


@frozen
class SprintFigures:
    """A sprint with its report, and where the figures come from."""

    sprint: SprintRow
    report: SprintReport
    origin: SprintFacts


async def sprint_figures(reader: Reader, key: str, *, subtasks: bool, today: date) -> SprintFigures:
    """The figures of the sprint with this key or id, on a day; NotFound without one."""
    origin = await queries.sprint_facts(reader, key, subtasks=subtasks)
    report = reports.report(origin.sprint, origin.facts, subtasks=subtasks, today=today)
    return SprintFigures(sprint=origin.sprint, report=report, origin=origin)


class AnalysisLine(NamedTuple):
    """One value of a dimension, with the query of its issues."""

    value: str
    label: str
    query: str
    share: Decimal
    points_share: Decimal | None
    tally: Tally


@frozen
class Analysis:
    """The figures as the API gives them."""

    sprint: str
    subtasks_counted: bool
    subtasks: int
    total: Tally
    stakeholders: int
    by_owner: int
    by_reporter: int
    coverage: list[Gap]
    health: str
    health_terms: tuple[Term, ...]
    lines: dict[str, list[AnalysisLine]]
    as_of: datetime
    fresh_at: datetime | None
    source: str


def as_analysis(figures: SprintFigures, *, subtasks: bool, now: datetime) -> Analysis:
    """The figures with all their lines."""
    report = figures.report
    return Analysis(
        sprint=figures.sprint.key,
        subtasks_counted=subtasks,
        subtasks=figures.origin.subtasks,
        total=report.analysis.total,
        stakeholders=report.analysis.stakeholders,
        by_owner=report.analysis.by_owner,
        by_reporter=report.analysis.by_reporter,
        coverage=report.gaps,
        health=report.health.level,
        health_terms=report.health.terms,
        lines={dimension.value: lines_of(report, dimension) for dimension in report.analysis.lines},
        as_of=now,
        fresh_at=figures.origin.fresh_at,
        source=figures.sprint.site_name,
    )


def lines_of(report: SprintReport, dimension: Dimension) -> list[AnalysisLine]:
    """The lines of a dimension, each with the query of the issues behind it."""
    return [
        AnalysisLine(
            value=line.value,
            label=line.label,
            query=report.line_query(dimension, line),
            share=line.share,
            points_share=line.points_share,
            tally=line.tally,
        )
        for line in report.analysis.lines[dimension]
    ]
