"""The log and its changes over the API."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response

from cutwater.audit import browsing, live
from cutwater.audit.live import LastEventId, Place, Topics
from cutwater.audit.permissions import follows, reads_the_log
from cutwater.audit.queries import Filters
from cutwater.audit.schemas import ChainStatus, Changes, EventRead, Verification
from cutwater.audit.verification import verify_newest
from cutwater.kernel.actor import CurrentActor
from cutwater.kernel.db import ReaderDep, database_of
from cutwater.kernel.envelope import Item, Many, item, many
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
) -> Any:
    """The organization's log, newest first."""
    filters = Filters(
        since=since or browsing.start_of(until),
        until=until,
        user_id=who,
        names=browsing.names_like(what),
        key=key,
    )
    page = await browsing.page_of(reader, filters, keyset.after, keyset.limit)
    rows = [browsing.read_of(line) for line in page.rows]
    return many(Page(rows=rows, per_page=page.per_page, next_cursor=page.next_cursor), request)


@router.get("/audit/status", response_model=Item[ChainStatus], dependencies=[reads_the_log])
async def status(request: Request, reader: ReaderDep) -> Any:
    """How far the log is sealed, and its head: keep the head elsewhere, and a cut tail shows."""
    return item(await browsing.chain_status(reader), request)


@router.get("/audit/verification", response_model=Item[Verification], dependencies=[reads_the_log])
async def verification(request: Request, actor: CurrentActor) -> Any:
    """Recompute the newest blocks of the chain and name what is wrong."""
    report = await verify_newest(database_of(request), live.organization_of(actor))
    found = {
        "intact": not report.findings,
        "blocks": report.blocks,
        "events": report.events,
        "first_block": report.first_block,
        "head": report.head.hash.hex() if report.head else None,
        "findings": report.findings,
    }
    return item(found, request)


@router.get(
    "/changes",
    response_model=Item[Changes],
    dependencies=[follows],
    responses={304: {"description": "Nothing new."}},
)
async def changes(
    request: Request,
    response: Response,
    reader: ReaderDep,
    actor: CurrentActor,
    topics: Topics = "",
    since: Place = "",
    if_none_match: Annotated[str, Header(description="The ETag of the answer before.")] = "",
) -> Any:
    """What happened to these topics since a token. Ask without a token first; `/live` streams the same."""
    answer = await live.poll(live.hub_of(request), reader, actor, topics, since)
    tag = live.etag(answer, topics)
    headers = {"ETag": tag, "Cache-Control": "no-cache, private"}
    if if_none_match and live.is_unchanged(request, answer, tag):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return item(answer, request)


@router.get("/live", dependencies=[follows], include_in_schema=False)
async def stream(
    request: Request,
    actor: CurrentActor,
    topics: Topics = "",
    since: Place = "",
    last_event_id: LastEventId = "",
) -> Response:
    """Server-sent events; outside the schema, which cannot describe an answer that never ends."""
    return live.stream(request, actor, topics, last_event_id or since)
