"""Issues over the API, and in and out of sprints."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, item, many, one
from cutwater.kernel.errors import Invalid
from cutwater.kernel.etags import SeenRevision
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.paging import OffsetDep
from cutwater.kernel.reader import SessionReader
from cutwater.kernel.wire import Line
from cutwater.sprints.core import issue_query
from cutwater.sprints.issues.queries.lists import issue_page
from cutwater.sprints.issues.queries.record import issue_record
from cutwater.sprints.issues.schemas import (
    IssueBody,
    IssueListed,
    IssueRead,
    IssueWhole,
    NewIssueBody,
    Sort,
    Words,
)
from cutwater.sprints.issues.service import issues as service
from cutwater.sprints.issues.service import memberships
from cutwater.sprints.sprints import queries as sprint_queries
from cutwater.sprints.sprints.schemas import SprintIssues, SprintRead

router = APIRouter(tags=["issues"], route_class=IdempotentRoute)
filling = APIRouter(tags=["sprints"], route_class=IdempotentRoute)
reads, writes = needs(Grant.SPRINTS_READ), needs(Grant.ISSUES_WRITE, "create and edit issues")
fills = needs(Grant.SPRINTS_WRITE, "manage sprints")
Answer = dict[str, object]


@router.get("/issues", response_model=Many[IssueListed], dependencies=[reads])
async def issues(
    request: Request,
    reader: ReaderDep,
    offset: OffsetDep,
    q: Annotated[
        Words, Query(description='As in the query box: sprint:SPR-1 team:"Platform" is:blocked')
    ] = "",
    sort: Sort = "",
) -> Answer:
    """Issues that match a query; a word the query box does not know is an error."""
    query = issue_query.parse(q)
    if query.problems:
        raise Invalid({"q": ". ".join(query.problems)})
    return many((await issue_page(reader, query, sort, offset)).page, request)


@router.post("/issues", response_model=Item[IssueRead], status_code=201, dependencies=[writes])
async def create(
    request: Request, response: Response, tx: Tx, actor: CurrentActor, body: NewIssueBody
) -> Answer:
    """Make an issue of our own."""
    created = await service.create_issue(tx, actor, _edit(body), sprint=body.sprint)
    return await _answer(tx, created.id, request, response)


def _edit(body: IssueBody) -> service.IssueEdit:
    values = body.model_dump(exclude={"points", "labels", "sprint"})
    points = Decimal(str(body.points)) if body.points is not None else None
    return service.IssueEdit(**values, points=points, labels=tuple(body.labels))


async def _answer(tx: Tx, issue_id: UUID, request: Request, response: Response) -> Answer:
    issue = (await issue_record(SessionReader(tx), str(issue_id))).issue
    return one(issue, issue.revision, request, response)


@router.get("/issues/{key}", response_model=Item[IssueWhole], dependencies=[reads])
async def issue(
    request: Request,
    response: Response,
    reader: ReaderDep,
    key: Line,
    site: Annotated[UUID | None, Query(description="Of this site, when several have the key.")] = None,
) -> Answer:
    """One issue with its history, links and sprints."""
    record = await issue_record(reader, key, site)
    more = {
        "changes": record.changes,
        "links": record.links,
        "sprints": [stay.key for stay in record.sprints if stay.left_at is None],
        "children": [child.key for child in record.children],
    }
    return one(record.issue._asdict() | more, record.issue.revision, request, response)


@router.put("/issues/{key}", response_model=Item[IssueRead], dependencies=[writes])
async def update(
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    key: Line,
    body: IssueBody,
    seen: SeenRevision,
) -> Answer:
    """Change an issue of our own; one of another system is refused with the reason."""
    issue_id = await service.update_issue(tx, actor, key, _edit(body), seen_revision=seen)
    return await _answer(tx, issue_id, request, response)


@router.delete("/issues/{key}", status_code=204, dependencies=[writes])
async def delete(tx: Tx, actor: CurrentActor, key: Line, seen: SeenRevision) -> None:
    """Delete an issue of our own that is in no sprint."""
    await service.delete_issue(tx, actor, key, seen_revision=seen)


@filling.post("/sprints/{key}/issues", response_model=Item[SprintRead], dependencies=[fills])
async def add_issues(request: Request, tx: Tx, actor: CurrentActor, key: Line, body: SprintIssues) -> Answer:
    """Put issues into a sprint of our own; `meta.joined` says how many came in."""
    joined = await memberships.add_issues(tx, actor, key, body.issues)
    return item(await sprint_queries.sprint(SessionReader(tx), key), request, joined=joined)


@filling.delete("/sprints/{key}/issues/{issue}", status_code=204, dependencies=[fills])
async def remove_issue(tx: Tx, actor: CurrentActor, key: Line, issue: Line) -> None:
    """Take an issue out of a sprint of our own."""
    await memberships.remove_issue(tx, actor, key, issue)
