"""The audit page, its export, and what changed lately."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from cutwater import web
from cutwater.audit.chain.views import sealed
from cutwater.audit.live.permissions import to_follow
from cutwater.audit.log.permissions import follows, reads_the_log
from cutwater.audit.trail import forms, service, views
from cutwater.audit.trail.forms import Chosen, ExportForm
from cutwater.audit.trail.views import Line
from cutwater.kernel import clock
from cutwater.kernel.actor import CurrentActor
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.errors import Invalid
from cutwater.kernel.paging import KeysetDep, Page
from cutwater.web import View

router = APIRouter()
HOME_CHANGES, PAGE_CHANGES = 6, 60
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
        filters = forms.filters_of(chosen, actor.zone)
    except Invalid as failure:
        wrong = {each.field: each.message for each in failure.fields}
        filters = forms.filters_of(Chosen(), actor.zone)
    page: Page[Line] = Page(rows=[], per_page=keyset.limit)
    if not wrong:
        page = await views.page_of(reader, filters, keyset.after, keyset.limit)
    return view.show(
        "audit/trail/log.html",
        block="log",
        page=page,
        chosen=chosen,
        wrong=wrong,
        filters=filters,
        people=await views.people_in(reader, filters),
        kinds=forms.kinds(),
        chain=await sealed(reader),
        report=None,
    )


@router.post("/audit/export", dependencies=[reads_the_log])
async def export(tx: Tx, actor: CurrentActor, view: View) -> Response:
    """A copy of what the filters show, as CSV; the log remembers who took it."""
    form = await view.form(ExportForm)
    chosen = Chosen(who=form.who, what=form.what, key=form.key, since=form.since, until=form.until)
    lines = await service.export_events(tx, actor, forms.filters_of(chosen, actor.zone))
    day = clock.today(actor.zone).isoformat()
    name = f'attachment; filename="cutwater-log-{actor.organization}-{day}.csv"'
    return Response(views.as_csv(lines), media_type="text/csv", headers={"Content-Disposition": name})


@router.get("/activity", dependencies=[follows])
async def recent_activity(request: Request, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """What changed since this browser looked last: on the home page, and as a page of its own."""
    before, kept = views.looked(request.cookies.get(views.LOOKED, ""), clock.now())
    shown = HOME_CHANGES if view.kind == "partial" else PAGE_CHANGES
    kinds = web.declarations().activity
    changes = await views.recent(reader, actor, kinds, shown, before)
    watching = " ".join(topic for topic in views.topics_of(kinds) if not to_follow(actor, [topic]))
    response = view.show(
        "audit/trail/activity.html",
        block="panel",
        changes=changes,
        before=before,
        kinds=kinds,
        watching=watching,
    )
    view.keep(response, views.LOOKED, kept, path=f"{view.base}/")
    return response
