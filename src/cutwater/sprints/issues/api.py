"""Issues over the API."""

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, item, many
from cutwater.kernel.errors import Invalid
from cutwater.kernel.etags import SeenRevision, set_etag
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.paging import OffsetDep
from cutwater.kernel.reader import SessionReader
from cutwater.kernel.wire import Line
from cutwater.sprints.core import issue_query
from cutwater.sprints.issues.queries import lists as queries
from cutwater.sprints.issues.queries.record import whole
from cutwater.sprints.issues.schemas import (
    IssueBody,
    IssueListed,
    IssueRead,
    IssueWhole,
    NewIssueBody,
    Sort,
    Words,
)
from cutwater.sprints.issues.service import verbs

router = APIRouter(tags=["issues"], route_class=IdempotentRoute)
reads, writes_issues = needs(Grant.SPRINTS_READ), needs(Grant.ISSUES_WRITE, "create and edit issues")


@router.get("/issues", response_model=Many[IssueListed], dependencies=[reads])
async def issues(
    request: Request,
    reader: ReaderDep,
    offset: OffsetDep,
    q: Annotated[
        Words, Query(description='As in the query box: sprint:SPR-1 team:"Platform" is:blocked')
    ] = "",
    sort: Sort = "",
) -> Any:
    """Issues that match a query; a word the query box does not know is an error."""
    query = issue_query.parse(q)
    if query.problems:
        raise Invalid({"q": ". ".join(query.problems)})
    page, _ = await queries.issues(reader, query, sort, offset)
    return many(page, request)


@router.post("/issues", response_model=Item[IssueRead], status_code=201, dependencies=[writes_issues])
async def create(
    request: Request, response: Response, tx: Tx, actor: CurrentActor, body: NewIssueBody
) -> Any:
    """Make an issue of our own."""
    issue = await verbs.create_issue(tx, actor, _edit(body), sprint=body.sprint)
    set_etag(response, issue.revision)
    return item((await whole(SessionReader(tx), str(issue.id)))["issue"], request)


def _edit(body: IssueBody) -> verbs.IssueEdit:
    values = body.model_dump(exclude={"points", "labels", "sprint"})
    points = Decimal(str(body.points)) if body.points is not None else None
    return verbs.IssueEdit(**values, points=points, labels=tuple(body.labels))


@router.get("/issues/{key}", response_model=Item[IssueWhole], dependencies=[reads])
async def issue(
    request: Request,
    response: Response,
    reader: ReaderDep,
    key: Line,
    site: Annotated[UUID | None, Query(description="Of this site, when several have the key.")] = None,
) -> Any:
    """One issue with its history, links and sprints."""
    found = await whole(reader, key, site)
    row = found["issue"]
    set_etag(response, row.revision)
    more = {
        "changes": found["changes"],
        "links": found["issue_links"],
        "sprints": [each.key for each in found["sprints"] if each.left_at is None],
        "children": [each.key for each in found["children"]],
    }
    return item(row._asdict() | more, request)


@router.put("/issues/{key}", response_model=Item[IssueRead], dependencies=[writes_issues])
async def change(
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    key: Line,
    body: IssueBody,
    seen: SeenRevision,
) -> Any:
    """Change an issue of our own; one of another system is refused with the reason."""
    issue = await verbs.update_issue(tx, actor, key, _edit(body), seen_revision=seen)
    set_etag(response, issue.revision)
    return item((await whole(SessionReader(tx), str(issue.id)))["issue"], request)


@router.delete("/issues/{key}", status_code=204, dependencies=[writes_issues])
async def delete(tx: Tx, actor: CurrentActor, key: Line, seen: SeenRevision) -> None:
    """Delete an issue of our own that is in no sprint."""
    await verbs.delete_issue(tx, actor, key, seen_revision=seen)
