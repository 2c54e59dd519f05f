"""Issues in and out of sprints over the API."""

from typing import Any

from fastapi import APIRouter, Request

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import Tx
from cutwater.kernel.envelope import Item, item
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.wire import Line
from cutwater.sprints.issues.service import filling
from cutwater.sprints.sprints import queries
from cutwater.sprints.sprints.schemas import SprintIssues, SprintRead

router = APIRouter(tags=["sprints"], route_class=IdempotentRoute)
reads, writes = needs(Grant.SPRINTS_READ), needs(Grant.SPRINTS_WRITE, "manage sprints")


@router.post("/sprints/{key}/issues", response_model=Item[SprintRead], dependencies=[writes])
async def add_issues(request: Request, tx: Tx, actor: CurrentActor, key: Line, body: SprintIssues) -> Any:
    """Put issues into a sprint of our own; `meta.joined` says how many came in."""
    joined = await filling.add_issues(tx, actor, key, body.issues)
    return item(await queries.sprint_for_update(tx, key), request, joined=joined)


@router.delete("/sprints/{key}/issues/{issue}", status_code=204, dependencies=[writes])
async def remove_issue(tx: Tx, actor: CurrentActor, key: Line, issue: Line) -> None:
    """Take an issue out of a sprint of our own."""
    await filling.remove_issue(tx, actor, key, issue)
