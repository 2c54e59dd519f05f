"""Sprint pages: the list, one sprint in figures with its verbs, and the panels other pages show."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from cutwater import audit
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor, CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.grants import Grant
from cutwater.kernel.keyed import as_id
from cutwater.kernel.paging import OffsetDep
from cutwater.kernel.reader import Reader
from cutwater.kernel.wire import Line
from cutwater.sprints.boards import queries, views
from cutwater.sprints.core import charts, issue_query, reports
from cutwater.sprints.core.analysis import Dimension
from cutwater.sprints.core.facts import SprintState
from cutwater.sprints.issues.forms import IssuesForm
from cutwater.sprints.issues.queries.lists import issues_by_keys
from cutwater.sprints.issues.schemas import Sort, Words
from cutwater.sprints.issues.service import memberships
from cutwater.sprints.sprints import permissions
from cutwater.sprints.sprints import queries as sprint_queries
from cutwater.sprints.sprints import views as sprint_views
from cutwater.sprints.sprints.forms import MoveForm, RevisionForm
from cutwater.sprints.sprints.service import sprints as service
from cutwater.web import Refusal, View, chart

router = APIRouter()
MOST_RUNNING = 3
reads, writes = needs(Grant.SPRINTS_READ), needs(Grant.SPRINTS_WRITE, "manage sprints")


class Chips(NamedTuple):
    """The filters on one field, as `ui.filter_chips` takes them."""

    name: str
    label: str
    value: str
    options: Sequence[tuple[str, str] | tuple[str, str, int]]


@router.get("/sprints", dependencies=[reads])
async def sprint_list(
    reader: ReaderDep,
    actor: CurrentActor,
    view: View,
    offset: OffsetDep,
    q: Words = "",
    state: Annotated[str, Query(max_length=20)] = "",
    site: Annotated[str, Query(max_length=40)] = "",
    sort: Sort = "",
) -> Response:
    """Sprints with their counts, narrowed and ordered by the address."""
    chosen_site = as_id(site)
    wanted = state if state in set(SprintState) else ""
    found = await queries.sprint_page(reader, q, wanted, chosen_site, sort, offset)
    return view.show(
        "sprints/boards/table.html" if view.kind == "partial" else "sprints/boards/list.html",
        block="",
        page=found.page,
        q=q,
        sort=sort,
        chips=_chips(found, wanted, chosen_site),
        narrowed=bool(q or wanted or chosen_site),
        may_create=permissions.to_write(actor, "create a sprint"),
        figure=reports.figure,
    )


def _chips(found: queries.SprintPage, state: str, site: UUID | None) -> list[Chips]:
    counts = {row.state: row.sprints for row in found.states}
    states = Chips(
        name="state",
        label="State",
        value=state,
        options=[(each.value, each.value.capitalize(), counts.get(each, 0)) for each in SprintState],
    )
    if len(found.sites) < 2:
        return [states]
    sites = [(str(row.id), row.name) for row in found.sites]
    return [states, Chips(name="site", label="Site", value=str(site or ""), options=sites)]


@router.get("/sprints/summary", dependencies=[reads])
async def summary(reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """The running sprints, for the home page: will we make it; and the next that is planned."""
    sprints = await reader.all(sprint_queries.choices(20))
    today = clock.today(actor.zone)
    active = [row for row in sprints if row.state == SprintState.ACTIVE][:MOST_RUNNING]
    running = [
        await views.sprint_figures(reader, sprint.key, subtasks=False, today=today) for sprint in active
    ]
    planned = [row for row in sprints if row.state == SprintState.PLANNING and row.starts_on]
    return view.show(
        "sprints/boards/summary.html",
        block="panel",
        running=running,
        planned=min(planned, key=lambda row: row.starts_on or date.max, default=None),
        today=today,
        is_new=not sprints and not await queries.has_issues(reader),
        may_import=permissions.to_write(actor, "import issues"),
        figure=reports.figure,
    )


@router.get("/sprints/panel", dependencies=[reads])
async def panel(
    reader: ReaderDep, view: View, issues: Annotated[Words, Query(description="Keys of issues.")] = ""
) -> Response:
    """The issues that another page names by key, with their sprints."""
    keys = list(dict.fromkeys(key.upper() for key in issues.replace(",", " ").split()))[:200]
    rows = await issues_by_keys(reader, keys) if keys else []
    known = {row.key for row in rows}
    missing = [key for key in keys if key not in known]
    return view.show(
        "sprints/boards/panel.html", block="panel", issues=rows, missing=missing, figure=reports.figure
    )


@router.get("/sprints/{key}", dependencies=[reads])
async def sprint_page(
    key: Line,
    reader: ReaderDep,
    actor: CurrentActor,
    view: View,
    by: Annotated[Dimension, Query()] = Dimension.TEAM,
    subtasks: bool = False,
) -> Response:
    """One sprint: will we make it, how complete is what we know, and who works on what."""
    return await show(key, reader, actor, view, by=by, subtasks=subtasks)


async def show(
    key: str,
    reader: Reader,
    actor: Actor,
    view: View,
    *,
    by: Dimension = Dimension.TEAM,
    subtasks: bool = False,
    refusal: Refusal | None = None,
) -> Response:
    """The page of a sprint, also after a refusal."""
    figures = await views.sprint_figures(reader, key, subtasks=subtasks, today=clock.today(actor.zone))
    sprint, report = figures.sprint, figures.report
    spec = charts.by_stage(report.analysis, by, empty=reports.NOT_SET[by])
    context: dict[str, Any] = {  # allow: any — what the template shows
        "sprint": sprint,
        "report": report,
        "origin": figures.origin,
        "by": by,
        "dimensions": list(Dimension),
        "lines": views.lines_of(report, by),
        "not_set": reports.NOT_SET[by],
        "subtasks": subtasks,
        "figure": reports.figure,
        "term": issue_query.term,
        "refusal": refusal,
        "spec": spec,
        "svg": await chart(spec) if report.analysis.total.issues else "",
    }
    if view.kind == "partial":
        return view.block("sprints/boards/breakdown.html", "", **context)
    context |= {
        "moves": sprint_views.moves(sprint, actor),
        "may_edit": sprint_views.to_edit(sprint, actor),
        "feed": await audit.feed(reader, actor, subject="sprint", id=sprint.id, limit=15),
    }
    return view.page("sprints/boards/detail.html", status=refusal.status if refusal else 200, **context)


@router.post("/sprints/{key}/move", dependencies=[writes])
async def move(key: Line, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Start, complete, cancel or take back a sprint."""
    view.if_refused(lambda refusal: show(key, reader, actor, view, refusal=refusal))
    form = await view.form(MoveForm)
    moved = await service.move_sprint(tx, actor, key, form.target, seen_revision=form.revision)
    return view.done(f"/sprints/{moved.key}", flash=f"{moved.key} is {moved.now.lower()} now")


@router.post("/sprints/{key}/delete", dependencies=[writes])
async def delete(key: Line, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Delete an empty sprint of our own."""
    view.if_refused(lambda refusal: show(key, reader, actor, view, refusal=refusal))
    form = await view.form(RevisionForm)
    await service.delete_sprint(tx, actor, key, seen_revision=form.revision)
    return view.done("/sprints", flash="Sprint deleted")


@router.post("/sprints/{key}/issues", dependencies=[writes])
async def add_issues(key: Line, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Put issues into a sprint of our own."""
    view.if_refused(lambda refusal: show(key, reader, actor, view, refusal=refusal))
    form = await view.form(IssuesForm)
    keys = [word for word in form.issues.replace(",", " ").split() if word]
    joined = await memberships.add_issues(tx, actor, key, keys)
    return view.done(f"/sprints/{key}", flash=f"{joined} {'issue' if joined == 1 else 'issues'} added")
