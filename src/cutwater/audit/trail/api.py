"""The log over the API."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from cutwater.audit.log.permissions import reads_the_log
from cutwater.audit.trail import forms, views
from cutwater.audit.trail.forms import Filters
from cutwater.audit.trail.schemas import EventRead
from cutwater.kernel.db import ReaderDep
from cutwater.kernel.envelope import Many, many
from cutwater.kernel.paging import KeysetDep, Page
from cutwater.kernel.wire import IsoDateTime, Line

router = APIRouter(tags=["audit"])


@router.get("/events", response_model=Many[EventRead], dependencies=[reads_the_log])
async def events(
    request: Request,
    reader: ReaderDep,
    keyset: KeysetDep,
    who: Annotated[UUID | None, Query(description="A person's id, also for what their keys did.")] = None,
    what: Annotated[
        str,
        Query(max_length=100, pattern=r"^([a-z][a-z_]*\.[a-z_]*)?$", description="release.moved or release."),
    ] = "",
    key: Annotated[Line, Query(description="The subject's key, such as R-42.")] = "",
    since: Annotated[IsoDateTime | None, Query(description="From then on; 30 days back if left out.")] = None,
    until: Annotated[IsoDateTime | None, Query(description="Before then.")] = None,
) -> dict[str, object]:
    """The organization's log, newest first."""
    filters = Filters(
        since=since or forms.start_of(until),
        until=until,
        user_id=who,
        names=forms.names_like(what),
        key=key,
    )
    page = await views.page_of(reader, filters, keyset.after, keyset.limit)
    rows = [views.read_of(line) for line in page.rows]
    return many(Page(rows=rows, per_page=page.per_page, next_cursor=page.next_cursor), request)
