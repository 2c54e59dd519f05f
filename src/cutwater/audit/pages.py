"""The audit page, and the live stream that every page follows."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from cutwater import web
from cutwater.audit import activity, browsing, live
from cutwater.audit.browsing import Chosen
from cutwater.audit.events import LogExported
from cutwater.audit.live import LastEventId, Place, Topics
from cutwater.audit.permissions import follows, reads_the_log
from cutwater.audit.service import record
from cutwater.audit.sight import needed_for, sight
from cutwater.audit.verification import verify_newest
from cutwater.kernel import clock
from cutwater.kernel.actor import CurrentActor
from cutwater.kernel.db import ReaderDep, Tx, database_of
from cutwater.kernel.errors import Invalid, Refused
from cutwater.kernel.paging import KeysetDep, Page
from cutwater.kernel.reader import SessionReader
from cutwater.kernel.wire import Body
from cutwater.kernel.wire import Line as Text
from cutwater.web import View

router = APIRouter()
HOME_CHANGES, PAGE_CHANGES = 6, 60
WATCHED = (
    "releases",
    "runs",
    "sprints",
    "issues",
    "runbooks",
    "migrations",
    "services",
    "freezes",
    "imports",
)
Word = Annotated[str, Query(max_length=200)]


@router.get("/audit", dependencies=[reads_the_log])
async def log_page(
    reader: ReaderDep,
    actor: CurrentActor,
    view: View,
    keyset: KeysetDep,
    who: Word = "",
    what: Word = "",
    key: Word = "",
    since: Word = "",
    until: Word = "",
) -> Response:
    """The log, narrowed by the address, with the chain's state."""
    chosen = Chosen(who=who, what=what, key=key, since=since, until=until)
    wrong: dict[str, str] = {}
    try:
        filters = browsing.filters_of(chosen, actor.zone)
    except Invalid as failure:
        wrong = {each.field: each.message for each in failure.fields}
        filters = browsing.filters_of(Chosen(), actor.zone)
    page: Page[Any] = Page(rows=[], per_page=keyset.limit)
    if not wrong:
        page = await browsing.page_of(reader, filters, keyset.after, keyset.limit)
    return view.show(
        "audit/log.html",
        block="log",
        page=page,
        chosen=chosen,
        wrong=wrong,
        filters=filters,
        people=await browsing.people_in(reader, filters),
        kinds=browsing.kinds(),
        chain=await browsing.chain_status(reader),
        report=None,
    )


@router.get("/audit/verification", dependencies=[reads_the_log])
async def verification(request: Request, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Recompute the organization's chain and say what is wrong with it."""
    report = await verify_newest(database_of(request), live.organization_of(actor))
    chain = await browsing.chain_status(reader)
    return view.show("audit/verification.html", block="verdict", report=report, chain=chain)


class ExportForm(Body):
    """The filters of the page that is exported."""

    who: Text = ""
    what: Text = ""
    key: Text = ""
    since: Text = ""
    until: Text = ""


@router.post("/audit/export", dependencies=[reads_the_log])
async def export(tx: Tx, actor: CurrentActor, view: View) -> Response:
    """A copy of what the filters show, as CSV; the log remembers who took it."""
    form = await view.form(ExportForm)
    reader = SessionReader(tx)
    chosen = Chosen(who=form.who, what=form.what, key=form.key, since=form.since, until=form.until)
    filters = browsing.filters_of(chosen, actor.zone)
    page = await browsing.page_of(reader, filters, None, browsing.EXPORT_LIMIT)
    if page.next_cursor:
        raise Refused(f"That is more than {browsing.EXPORT_LIMIT:,} events. Choose a shorter time.")
    day = clock.today(actor.zone).isoformat()
    await record(
        tx,
        actor,
        LogExported(
            organization_id=live.organization_of(actor),
            since=filters.since.isoformat(),
            until=(filters.until or clock.now()).isoformat(),
            events=len(page.rows),
        ),
    )
    name = f'attachment; filename="cutwater-log-{actor.organization}-{day}.csv"'
    return Response(browsing.as_csv(page.rows), media_type="text/csv", headers={"Content-Disposition": name})


@router.get("/activity", dependencies=[follows])
async def recent_activity(request: Request, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """What changed since this browser looked last: on the home page, and as a page of its own."""
    before, kept = activity.looked(request.cookies.get(activity.LOOKED, ""), clock.now())
    shown = HOME_CHANGES if view.kind == "partial" else PAGE_CHANGES
    kinds = web.declarations().activity
    changes = await activity.recent(reader, actor, kinds, shown, before)
    watching = " ".join(topic for topic in WATCHED if needed_for(topic) in sight(actor.grants))
    response = view.show(
        "audit/activity.html", block="panel", changes=changes, before=before, kinds=kinds, watching=watching
    )
    view.keep(response, activity.LOOKED, kept, path=f"{view.base}/")
    return response


@router.get("/live", dependencies=[follows])
async def stream(
    request: Request,
    actor: CurrentActor,
    topics: Topics = "",
    since: Place = "",
    last_event_id: LastEventId = "",
) -> Response:
    """Server-sent events about these topics, from the client's last place on."""
    return live.stream(request, actor, topics, last_event_id or since)


@router.get("/changes", dependencies=[follows])
async def changes(
    request: Request, reader: ReaderDep, actor: CurrentActor, topics: Topics = "", since: Place = ""
) -> Response:
    """The same by polling: what happened since a token; 304 when nothing did."""
    answer = await live.poll(live.hub_of(request), reader, actor, topics, since)
    tag = live.etag(answer, topics)
    headers = {"ETag": tag, "Cache-Control": "no-cache, private"}
    if live.is_unchanged(request, answer, tag):
        return Response(status_code=304, headers=headers)
    return JSONResponse(answer, headers=headers)
