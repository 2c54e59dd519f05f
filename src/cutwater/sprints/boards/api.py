"""Sprints in a list and in figures, over the API."""

from typing import Annotated
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
from cutwater.sprints.boards import queries, views
from cutwater.sprints.boards.schemas import AnalysisRead, SprintListed
from cutwater.sprints.core.facts import SprintState
from cutwater.sprints.issues.schemas import Sort, Words

router = APIRouter(tags=["sprints"], route_class=IdempotentRoute)
reads = needs(Grant.SPRINTS_READ)
Answer = dict[str, object]


@router.get("/sprints", response_model=Many[SprintListed], dependencies=[reads])
async def sprints(
    request: Request,
    reader: ReaderDep,
    offset: OffsetDep,
    q: Words = "",
    state: Annotated[SprintState | None, Query(description="Only sprints in this state.")] = None,
    site: UUID | None = None,
    sort: Sort = "",
) -> Answer:
    """Sprints with their counts."""
    found = await queries.sprint_page(reader, q, state or "", site, sort, offset)
    return many(found.page, request)


@router.get("/sprints/{key}/analysis", response_model=Item[AnalysisRead], dependencies=[reads])
async def analysis(
    request: Request,
    reader: ReaderDep,
    actor: CurrentActor,
    key: Line,
    subtasks: Annotated[bool, Query(description="Count sub-tasks too.")] = False,
) -> Answer:
    """A sprint in figures, with how complete and fresh they are; each line has the query of its issues."""
    today = clock.today(actor.zone)
    figures = await views.sprint_figures(reader, key, subtasks=subtasks, today=today)
    return item(views.as_analysis(figures, subtasks=subtasks, now=clock.now()), request)
