"""Issue pages: the list with its query box, one issue whole, its forms, and files of what is shown."""

import asyncio
from dataclasses import replace
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from cutwater import audit, identity
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor, CurrentActor, lacking, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.grants import Grant
from cutwater.kernel.paging import OffsetDep
from cutwater.kernel.reader import Reader
from cutwater.kernel.wire import Line
from cutwater.sprints.core import charts, exports, issue_query, lifecycle, reports
from cutwater.sprints.core.facts import PRIORITIES, STATUSES, TYPES
from cutwater.sprints.issues.forms import IssueForm
from cutwater.sprints.issues.queries import lists as queries
from cutwater.sprints.issues.queries.record import whole
from cutwater.sprints.issues.schemas import Sort, Words
from cutwater.sprints.issues.service import verbs
from cutwater.sprints.issues.service.verbs import IssueEdit
from cutwater.sprints.sprints import queries as sprint_queries
from cutwater.sprints.sprints.forms import RevisionForm
from cutwater.web import View

router = APIRouter()
reads, writes_issues = needs(Grant.SPRINTS_READ), needs(Grant.ISSUES_WRITE, "create and edit issues")
EXPORT_LIMIT = 50_000
WORDS = dict(charts.STAGES)
_FORMATS: dict[str, tuple[Any, str]] = {
    "csv": (exports.as_csv, "text/csv; charset=utf-8"),
    "xlsx": (exports.as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@router.get("/issues", dependencies=[reads])
async def issue_list(
    reader: ReaderDep, actor: CurrentActor, view: View, offset: OffsetDep, q: Words = "", sort: Sort = ""
) -> Response:
    """Issues that match the query box."""
    query = issue_query.parse(q)
    page, facets = await queries.issues(reader, query, sort, offset)
    return view.show(
        "sprints/issues/list.html",
        block="list",
        page=page,
        q=q,
        sort=sort,
        problems=query.problems,
        chips=_chips(query, facets),
        narrowed=bool(query.terms),
        may_create=lacking(actor, Grant.ISSUES_WRITE, "create an issue"),
        figure=reports.figure,
    )


def _chips(query: issue_query.IssueQuery, facets: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Filters as whole queries, so that a chip and the box always say the same."""
    found = []
    words = {stage: word for word, stage in issue_query.STAGES.items()}
    for field, rows in facets.items():
        chosen = query.values(field)
        base = issue_query.text(issue_query.without(query, field))
        options = []
        for row in rows[:8]:
            value = words.get(row.value, "") if field == "stage" else row.value or ""
            term = issue_query.term(field, value)
            on = value in chosen or (not value and issue_query.NONE in chosen)
            label = WORDS[row.value] if field == "stage" else row.value or "None"
            options.append((base if on else f"{base} {term}".strip(), label, row.issues, on))
        found.append({"label": field.capitalize(), "options": options})
    return found


@router.get("/issues/export.{kind}", dependencies=[reads])
async def export(
    kind: Literal["csv", "xlsx"],
    reader: ReaderDep,
    q: Words = "",
    sort: Sort = "",
) -> Response:
    """What the list shows, as a file."""
    rows = await queries.for_export(reader, issue_query.parse(q), sort, EXPORT_LIMIT)
    write, media = _FORMATS[kind]
    name = f"issues-{clock.now():%Y%m%d-%H%M}.{kind}"
    content = await asyncio.to_thread(write, rows)
    return Response(
        content, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@router.get("/issues/new", dependencies=[writes_issues])
async def new(
    reader: ReaderDep, actor: CurrentActor, view: View, sprint: Annotated[Line, Query()] = ""
) -> Response:
    """The form of a new issue."""
    return await _form(reader, actor, view, None, sprint=sprint)


async def _form(
    reader: Reader, actor: Actor, view: View, issue: Any, *, sprint: str = "", refusal: Any = None
) -> Response:
    fills = actor.may(Grant.SPRINTS_WRITE)
    ours = [row for row in await reader.all(sprint_queries.choices()) if fills and row.external_id is None]
    return view.page(
        "sprints/issues/form.html",
        status=refusal.status if refusal else 200,
        issue=issue,
        sprint=sprint,
        sprints=[(row.key, f"{row.key} {row.name}") for row in ours if row.state in ("ACTIVE", "PLANNING")],
        statuses=list(STATUSES),
        types=TYPES,
        priorities=PRIORITIES,
        figure=reports.figure,
        refusal=refusal,
    )


@router.post("/issues", dependencies=[writes_issues])
async def create(tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Make an issue of our own."""
    view.if_refused(lambda refusal: _form(reader, actor, view, None, refusal=refusal))
    form = await view.form(IssueForm)
    issue = await verbs.create_issue(tx, actor, _edit(form), sprint=form.sprint)
    return view.done(f"/issues/{issue.key}", flash=f"Issue {issue.key} created")


def _edit(form: IssueForm) -> IssueEdit:
    values = form.model_dump(exclude={"labels", "sprint", "revision"})
    labels = tuple(dict.fromkeys(form.labels.replace(",", " ").split()))
    return IssueEdit(**values, labels=labels)


@router.get("/issues/{key}", dependencies=[reads])
async def issue_page(
    key: Line, reader: ReaderDep, actor: CurrentActor, view: View, site: UUID | None = None
) -> Response:
    """One issue: its fields, history, links, and what the other modules know of it."""
    return await show(key, reader, actor, view, site=site)


async def show(
    key: str, reader: Reader, actor: Actor, view: View, *, site: UUID | None = None, refusal: Any = None
) -> Response:
    """The page of an issue, also after a refusal."""
    found = await whole(reader, key, site)
    issue = found["issue"]
    native = issue.site_kind == "NATIVE"
    ours = {row.author_id for row in found["changes"] if row.author_id}
    return view.page(
        "sprints/issues/issue.html",
        status=refusal.status if refusal else 200,
        **found,
        native=native,
        authors=await identity.names(reader, ours) if ours else {},
        may_edit=lacking(actor, Grant.ISSUES_WRITE, "change an issue") + lifecycle.imported(native),
        feed=await audit.feed(reader, actor, subject="issue", id=issue.id, limit=15) if native else [],
        figure=reports.figure,
        refusal=refusal,
    )


@router.get("/issues/{key}/edit", dependencies=[writes_issues])
async def edit(key: Line, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """The form of an issue."""
    return await _form(reader, actor, view, (await whole(reader, key))["issue"])


@router.post("/issues/{key}", dependencies=[writes_issues])
async def change(key: Line, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Change an issue of our own."""
    issue = (await whole(reader, key))["issue"]
    view.if_refused(lambda refusal: _form(reader, actor, view, issue, refusal=refusal))
    form = await view.form(IssueForm)
    stage = issue.status_category if form.status == issue.status else None
    edit = _edit(form)
    if stage is not None and form.status not in STATUSES:
        edit = replace(edit, stage=stage)
    saved = await verbs.update_issue(tx, actor, key, edit, seen_revision=form.revision)
    return view.done(f"/issues/{saved.key}", flash="Saved")


@router.post("/issues/{key}/delete", dependencies=[writes_issues])
async def delete(key: Line, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Delete an issue of our own."""
    view.if_refused(lambda refusal: show(key, reader, actor, view, refusal=refusal))
    form = await view.form(RevisionForm)
    await verbs.delete_issue(tx, actor, key, seen_revision=form.revision)
    return view.done("/issues", flash="Issue deleted")
