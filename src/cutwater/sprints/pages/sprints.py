"""Sprint pages: the list, one sprint in figures, its forms and verbs, and the panel other pages show."""

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
from cutwater.sprints import charts, issue_query, lifecycle, reports, service
from cutwater.sprints.analysis import Dimension
from cutwater.sprints.forms import IssuesForm, MoveForm, RevisionForm, SprintForm
from cutwater.sprints.queries import issues as issue_queries
from cutwater.sprints.queries import sprints as queries
from cutwater.sprints.records import SprintState
from cutwater.sprints.schemas import Sort, Words
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
        "sprints/list.html",
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
    sprints, issues = await reader.batch(queries.choices().limit(20), queries.any_issue())
    today = clock.today(actor.zone)
    running = []
    for each in [row for row in sprints if row.state == SprintState.ACTIVE][:MOST_RUNNING]:
        sprint, facts, _ = await queries.with_facts(reader, each.key, subtasks=False)
        running.append((sprint, reports.report(sprint, facts, subtasks=False, today=today)))
    planned = [row for row in sprints if row.state == SprintState.PLANNING and row.starts_on]
    return view.show(
        "sprints/summary.html",
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
    return view.show("sprints/panel.html", block="panel", issues=rows, missing=missing, figure=reports.figure)


@router.get("/sprints/new", dependencies=[writes])
async def new(view: View) -> Response:
    """The form of a new sprint."""
    return view.page("sprints/form.html", sprint=None)


@router.post("/sprints", dependencies=[writes])
async def create(tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Make a sprint of our own."""
    view.if_refused(_form_again(view, None))
    form = await view.form(SprintForm)
    sprint = await service.create_sprint(
        tx, actor, form.name, goal=form.goal, starts_on=form.starts_on, ends_on=form.ends_on
    )
    return view.done(f"/sprints/{sprint.key}", flash=f"Sprint {sprint.key} created")


def _form_again(view: View, sprint: Any) -> Any:
    async def again(refusal: Any) -> Response:
        return view.page("sprints/form.html", sprint=sprint, refusal=refusal, status=refusal.status)

    return again


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
        return view.block("sprints/detail.html", "breakdown", **context)
    context |= {
        "moves": _moves(sprint, actor),
        "may_edit": lacking(actor, Grant.SPRINTS_WRITE, "change a sprint")
        + lifecycle.imported(sprint.external_id is None),
        "feed": await audit.feed(reader, actor, subject="sprint", id=sprint.id, limit=15),
    }
    return view.page("sprints/detail.html", status=refusal.status if refusal else 200, **context)


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


@router.get("/sprints/{key}/edit", dependencies=[writes])
async def edit(key: Line, reader: ReaderDep, view: View) -> Response:
    """The form of a sprint."""
    return view.page("sprints/form.html", sprint=await queries.sprint(reader, key))


@router.post("/sprints/{key}", dependencies=[writes])
async def change(key: Line, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Change a sprint of our own."""
    view.if_refused(_form_again(view, await queries.sprint(reader, key)))
    form = await view.form(SprintForm)
    sprint = await service.update_sprint(
        tx,
        actor,
        key,
        name=form.name,
        goal=form.goal,
        starts_on=form.starts_on,
        ends_on=form.ends_on,
        seen_revision=form.revision,
    )
    return view.done(f"/sprints/{sprint.key}", flash="Saved")


@router.post("/sprints/{key}/move", dependencies=[writes])
async def move(key: Line, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Start, complete, cancel or take back a sprint."""
    view.if_refused(lambda refusal: show(key, reader, actor, view, refusal=refusal))
    form = await view.form(MoveForm)
    sprint = await service.move_sprint(tx, actor, key, form.target, seen_revision=form.revision)
    return view.done(f"/sprints/{sprint.key}", flash=f"{sprint.key} is {sprint.state.lower()} now")


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
    joined = await service.add_issues(tx, actor, key, keys)
    return view.done(f"/sprints/{key}", flash=f"{joined} {'issue' if joined == 1 else 'issues'} added")
