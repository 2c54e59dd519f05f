"""Search over everything that has a key or a title."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from cutwater.kernel.actor import CurrentActor, members_only
from cutwater.kernel.db import ReaderDep
from cutwater.kernel.envelope import Many, many
from cutwater.kernel.paging import Page
from cutwater.kernel.wire import Out
from cutwater.web.finding import found_for

router = APIRouter(tags=["search"], dependencies=[members_only])


class Found(Out):
    """One thing that was found; `path` is relative to the organization's pages."""

    kind: str
    key: str
    title: str
    path: str


@router.get("/search", response_model=Many[Found])
async def find(
    request: Request, actor: CurrentActor, reader: ReaderDep, q: Annotated[str, Query(max_length=200)]
) -> dict[str, object]:
    """Up to 50 things whose keys or titles have words that start with every word of `q`, and five people."""
    rows = await found_for(request, actor, reader, q, limit=50)
    return many(Page(rows=rows, per_page=55, total=len(rows)), request)
