"""Sprints in a list and in figures, over the API."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request

from cutwater.kernel import clock
from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep
from cutwater.kernel.envelope import Item, Many, item, many
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.paging import OffsetDep
from cutwater.kernel.wire import Line
from cutwater.sprints.boards import queries
from cutwater.sprints.boards.schemas import AnalysisRead, SprintListed
from cutwater.sprints.core import reports
from cutwater.sprints.core.facts import SprintState
from cutwater.sprints.issues.schemas import Sort, Words

router = APIRouter(tags=["sprints"], route_class=IdempotentRoute)
reads, writes = needs(Grant.SPRINTS_READ), needs(Grant.SPRINTS_WRITE, "manage sprints")


@router.get("/sprints", response_model=Many[SprintListed], dependencies=[reads])
async def sprints(
    request: Request,
    reader: ReaderDep,
    offset: OffsetDep,
    q: Words = "",
    state: Annotated[SprintState | None, Query(description="Only sprints in this state.")] = None,
    site: UUID | None = None,
    sort: Sort = "",
) -> Any:
    """Sprints with their counts."""
    page, _, _ = await queries.sprints(reader, q, state or "", site, sort, offset)
    return many(page, request)


@router.get("/sprints/{key}/analysis", response_model=Item[AnalysisRead], dependencies=[reads])
async def analysis(
    request: Request,
    reader: ReaderDep,
    actor: CurrentActor,
    key: Line,
    subtasks: Annotated[bool, Query(description="Count sub-tasks too.")] = False,
) -> Any:
    """A sprint in figures, with how complete and fresh they are; each line has the query of its issues."""
    found, facts, origin = await queries.with_facts(reader, key, subtasks=subtasks)
    report = reports.report(found, facts, subtasks=subtasks, today=clock.today(actor.zone))
    return item(
        {
            "sprint": found.key,
            "subtasks_counted": subtasks,
            "subtasks": origin["subtasks"],
            "total": report.analysis.total,
            "stakeholders": report.analysis.stakeholders,
            "by_owner": report.analysis.by_owner,
            "by_reporter": report.analysis.by_reporter,
            "coverage": report.gaps,
            "health": report.health.level,
            "health_terms": report.health.terms,
            "lines": _lines(report),
            "as_of": clock.now(),
            "fresh_at": origin["fresh_at"],
            "source": found.site_name,
        },
        request,
    )


def _lines(report: reports.SprintReport) -> dict[str, list[dict[str, Any]]]:
    """Every dimension's lines, each with the query of the issues behind it."""
    return {
        dimension.value: [
            {
                "value": line.value,
                "label": line.label,
                "query": report.line_query(dimension, line),
                "share": line.share,
                "points_share": line.points_share,
                "tally": line.tally,
            }
            for line in lines
        ]
        for dimension, lines in report.analysis.lines.items()
    }
