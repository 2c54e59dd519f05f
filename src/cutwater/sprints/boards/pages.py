"""Sprint pages: the list, one sprint in figures with its verbs, and the panels other pages show."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from cutwater import audit
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor, CurrentActor, lacking, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.grants import Grant
from cutwater.kernel.paging import OffsetDep
from cutwater.kernel.reader import Reader
from cutwater.kernel.wire import Line
from cutwater.sprints.boards import queries
from cutwater.sprints.core import charts, issue_query, lifecycle, reports
from cutwater.sprints.core.analysis import Dimension
from cutwater.sprints.core.facts import SprintState
from cutwater.sprints.issues.forms import IssuesForm
from cutwater.sprints.issues.queries import lists as issue_queries
from cutwater.sprints.issues.schemas import Sort, Words
from cutwater.sprints.issues.service import filling
from cutwater.sprints.sprints.forms import MoveForm, RevisionForm
from cutwater.sprints.sprints.queries import choices
from cutwater.sprints.sprints.service.verbs import delete_sprint, move_sprint
from cutwater.web import View, chart

router = APIRouter()
MOST_RUNNING = 3
reads, writes = needs(Grant.SPRINTS_READ), needs(Grant.SPRINTS_WRITE, "manage sprints")


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
    chosen_site = UUID(site) if _is_uuid(site) else None
    wanted = state if state in set(SprintState) else ""
    page, states, sites = await queries.sprints(reader, q, wanted, chosen_site, sort, offset)
    return view.show(
        "sprints/boards/list.html",
        block="list",
        page=page,
        q=q,
        sort=sort,
        chips=_chips(states, sites, wanted, str(chosen_site or "")),
        narrowed=bool(q or wanted or chosen_site),
        may_create=lacking(actor, Grant.SPRINTS_WRITE, "create a sprint"),
        figure=reports.figure,
    )


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _chips(states: list[Any], sites: list[Any], state: str, site: str) -> list[dict[str, Any]]:
    counts = {row.state: row.sprints for row in states}
    found: list[dict[str, Any]] = [
        {
            "name": "state",
            "label": "State",
            "value": state,
            "options": [(each.value, each.value.capitalize(), counts.get(each, 0)) for each in SprintState],
        }
    ]
    if len(sites) > 1:
        options = [(str(row.id), row.name) for row in sites]
        found.append({"name": "site", "label": "Site", "value": site, "options": options})
    return found


@router.get("/sprints/summary", dependencies=[reads])
async def summary(reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """The running sprints, for the home page: will we make it; and the next that is planned."""
    sprints, issues = await reader.batch(choices().limit(20), queries.any_issue())
    today = clock.today(actor.zone)
    running = []
    for each in [row for row in sprints if row.state == SprintState.ACTIVE][:MOST_RUNNING]:
        sprint, facts, _ = await queries.with_facts(reader, each.key, subtasks=False)
        running.append((sprint, reports.report(sprint, facts, subtasks=False, today=today)))
    planned = [row for row in sprints if row.state == SprintState.PLANNING and row.starts_on]
    return view.show(
        "sprints/boards/summary.html",
        block="panel",
        running=running,
        planned=min(planned, key=lambda row: row.starts_on, default=None),
        today=today,
        is_new=not (sprints or issues),
        may_import=lacking(actor, Grant.SPRINTS_WRITE, "import issues"),
        figure=reports.figure,
    )


@router.get("/sprints/panel", dependencies=[reads])
async def panel(
    reader: ReaderDep, view: View, issues: Annotated[Words, Query(description="Keys of issues.")] = ""
) -> Response:
    """The issues that another page names by key, with their sprints."""
    keys = list(dict.fromkeys(key for key in issues.replace(",", " ").split() if key))[:200]
    rows = await issue_queries.panel(reader, keys) if keys else []
    missing = [key for key in keys if key not in {row.key for row in rows}]
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
    refusal: Any = None,
) -> Response:
    """The page of a sprint, also after a refusal."""
    sprint, facts, origin = await queries.with_facts(reader, key, subtasks=subtasks)
    report = reports.report(sprint, facts, subtasks=subtasks, today=clock.today(actor.zone))
    spec = charts.by_stage(report.analysis, by, empty=reports.NOT_SET[by])
    context = {
        "sprint": sprint,
        "report": report,
        "origin": origin,
        "by": by,
        "dimensions": list(Dimension),
        "lines": [(line, report.line_query(by, line)) for line in report.analysis.lines[by]],
        "not_set": reports.NOT_SET[by],
        "subtasks": subtasks,
        "figure": reports.figure,
        "term": issue_query.term,
        "refusal": refusal,
        "spec": spec,
        "svg": await chart(spec) if report.analysis.total.issues else "",
    }
    if view.kind == "partial":
        return view.block("sprints/boards/detail.html", "breakdown", **context)
    context |= {
        "moves": _moves(sprint, actor),
        "may_edit": lacking(actor, Grant.SPRINTS_WRITE, "change a sprint")
        + lifecycle.imported(sprint.external_id is None),
        "feed": await audit.feed(reader, actor, subject="sprint", id=sprint.id, limit=15),
    }
    return view.page("sprints/boards/detail.html", status=refusal.status if refusal else 200, **context)


def _moves(sprint: Any, actor: Actor) -> list[tuple[str, str, list[Any]]]:
    state = SprintState(sprint.state)
    found = []
    for target in lifecycle.MOVES[state]:
        obstacles = lacking(actor, Grant.SPRINTS_WRITE, "move a sprint") + lifecycle.obstacles(
            state,
            target,
            is_ours=sprint.external_id is None,
            starts_on=sprint.starts_on,
            ends_on=sprint.ends_on,
        )
        verb = (
            "Reopen"
            if (state, target) == (SprintState.COMPLETED, SprintState.ACTIVE)
            else lifecycle.VERBS[target]
        )
        found.append((target.value, verb, obstacles))
    return found


@router.post("/sprints/{key}/move", dependencies=[writes])
async def move(key: Line, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Start, complete, cancel or take back a sprint."""
    view.if_refused(lambda refusal: show(key, reader, actor, view, refusal=refusal))
    form = await view.form(MoveForm)
    sprint = await move_sprint(tx, actor, key, form.target, seen_revision=form.revision)
    return view.done(f"/sprints/{sprint.key}", flash=f"{sprint.key} is {sprint.state.lower()} now")


@router.post("/sprints/{key}/delete", dependencies=[writes])
async def delete(key: Line, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Delete an empty sprint of our own."""
    view.if_refused(lambda refusal: show(key, reader, actor, view, refusal=refusal))
    form = await view.form(RevisionForm)
    await delete_sprint(tx, actor, key, seen_revision=form.revision)
    return view.done("/sprints", flash="Sprint deleted")


@router.post("/sprints/{key}/issues", dependencies=[writes])
async def add_issues(key: Line, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Put issues into a sprint of our own."""
    view.if_refused(lambda refusal: show(key, reader, actor, view, refusal=refusal))
    form = await view.form(IssuesForm)
    keys = [word for word in form.issues.replace(",", " ").split() if word]
    joined = await filling.add_issues(tx, actor, key, keys)
    return view.done(f"/sprints/{key}", flash=f"{joined} {'issue' if joined == 1 else 'issues'} added")
