"""Sprints and their analysis over the API."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from cutwater.kernel import clock
from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, item, many
from cutwater.kernel.etags import SeenRevision, set_etag
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.paging import OffsetDep
from cutwater.kernel.wire import Line
from cutwater.sprints import reports, service
from cutwater.sprints.queries import sprints as queries
from cutwater.sprints.records import SprintState
from cutwater.sprints.schemas import (
    AnalysisRead,
    Sort,
    SprintBody,
    SprintIssues,
    SprintListed,
    SprintMove,
    SprintRead,
    Words,
)

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


@router.post("/sprints", response_model=Item[SprintRead], status_code=201, dependencies=[writes])
async def create(request: Request, response: Response, tx: Tx, actor: CurrentActor, body: SprintBody) -> Any:
    """Make a sprint of our own, in planning."""
    sprint = await service.create_sprint(
        tx, actor, body.name, goal=body.goal, starts_on=body.starts_on, ends_on=body.ends_on
    )
    set_etag(response, sprint.revision)
    return item(sprint, request)


@router.get("/sprints/{key}", response_model=Item[SprintRead], dependencies=[reads])
async def sprint(request: Request, response: Response, reader: ReaderDep, key: Line) -> Any:
    """One sprint."""
    found = await queries.sprint(reader, key)
    set_etag(response, found.revision)
    return item(found, request)


@router.put("/sprints/{key}", response_model=Item[SprintRead], dependencies=[writes])
async def change(
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    key: Line,
    body: SprintBody,
    seen: SeenRevision,
) -> Any:
    """Change the name, goal and dates of a sprint of our own."""
    found = await service.update_sprint(
        tx,
        actor,
        key,
        name=body.name,
        goal=body.goal,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        seen_revision=seen,
    )
    set_etag(response, found.revision)
    return item(found, request)


@router.delete("/sprints/{key}", status_code=204, dependencies=[writes])
async def delete(tx: Tx, actor: CurrentActor, key: Line, seen: SeenRevision) -> None:
    """Delete an empty sprint of our own."""
    await service.delete_sprint(tx, actor, key, seen_revision=seen)


@router.post("/sprints/{key}/moves", response_model=Item[SprintRead], dependencies=[writes])
async def move(
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    key: Line,
    body: SprintMove,
    seen: SeenRevision,
) -> Any:
    """Start, complete, cancel or take back a sprint; a refusal lists every obstacle."""
    found = await service.move_sprint(tx, actor, key, body.target, seen_revision=seen)
    set_etag(response, found.revision)
    return item(found, request)


@router.post("/sprints/{key}/issues", response_model=Item[SprintRead], dependencies=[writes])
async def add_issues(request: Request, tx: Tx, actor: CurrentActor, key: Line, body: SprintIssues) -> Any:
    """Put issues into a sprint of our own; `meta.joined` says how many came in."""
    joined = await service.add_issues(tx, actor, key, body.issues)
    return item(await queries.sprint_for_update(tx, key), request, joined=joined)


@router.delete("/sprints/{key}/issues/{issue}", status_code=204, dependencies=[writes])
async def remove_issue(tx: Tx, actor: CurrentActor, key: Line, issue: Line) -> None:
    """Take an issue out of a sprint of our own."""
    await service.remove_issue(tx, actor, key, issue)


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
