"""Issue pages: the list with its query box, one issue whole, its forms, and files of what is shown."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from cutwater import audit, identity
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor, CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.grants import Grant
from cutwater.kernel.paging import OffsetDep
from cutwater.kernel.reader import Reader
from cutwater.kernel.wire import Line
from cutwater.sprints.core import charts, exports, issue_query, reports
from cutwater.sprints.core.facts import PRIORITIES, STATUSES, TYPES, Category, SprintState
from cutwater.sprints.issues import permissions, views
from cutwater.sprints.issues.forms import IssueForm
from cutwater.sprints.issues.queries import lists
from cutwater.sprints.issues.queries.record import IssueRow, issue_record
from cutwater.sprints.issues.schemas import Sort, Words
from cutwater.sprints.issues.service import issues as service
from cutwater.sprints.sprints import queries as sprint_queries
from cutwater.sprints.sprints.forms import RevisionForm
from cutwater.web import Refusal, View

router = APIRouter()
reads, writes = needs(Grant.SPRINTS_READ), needs(Grant.ISSUES_WRITE, "create and edit issues")
EXPORT_LIMIT = 50_000
WORDS = dict(charts.STAGES)
Write = Callable[[Iterable[lists.IssueExported]], bytes]
_FORMATS: dict[str, tuple[Write, str]] = {
    "csv": (exports.as_csv, "text/csv; charset=utf-8"),
    "xlsx": (exports.as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


class Option(NamedTuple):
    """A filter as a whole query, so that a chip and the box always say the same."""

    query: str
    label: str
    issues: int
    is_on: bool


class Chips(NamedTuple):
    """The filters on one field."""

    label: str
    options: list[Option]


@router.get("/issues", dependencies=[reads])
async def issue_list(
    reader: ReaderDep, actor: CurrentActor, view: View, offset: OffsetDep, q: Words = "", sort: Sort = ""
) -> Response:
    """Issues that match the query box."""
    query = issue_query.parse(q)
    found = await lists.issue_page(reader, query, sort, offset)
    return view.show(
        "sprints/issues/table.html" if view.kind == "partial" else "sprints/issues/list.html",
        block="",
        page=found.page,
        q=q,
        sort=sort,
        problems=query.problems,
        chips=[_chips(query, field, rows) for field, rows in found.facets.items()],
        narrowed=bool(query.terms),
        may_create=permissions.to_write(actor, "create an issue"),
        figure=reports.figure,
    )


def _chips(query: issue_query.IssueQuery, field: str, rows: list[lists.Facet]) -> Chips:
    words = {stage: word for word, stage in issue_query.STAGES.items()}
    chosen = query.values(field)
    base = issue_query.text(issue_query.without(query, field))
    options = []
    for row in rows[:8]:
        shown = row.value or ""
        value = words.get(shown, "") if field == "stage" else shown
        is_on = value in chosen or (not value and issue_query.NONE in chosen)
        label = WORDS[shown] if field == "stage" else shown or "None"
        narrowed = base if is_on else f"{base} {issue_query.term(field, value)}".strip()
        options.append(Option(query=narrowed, label=label, issues=row.issues, is_on=is_on))
    return Chips(label=field.capitalize(), options=options)


@router.get("/issues/export.{kind}", dependencies=[reads])
async def export(
    kind: Literal["csv", "xlsx"],
    reader: ReaderDep,
    q: Words = "",
    sort: Sort = "",
) -> Response:
    """What the list shows, as a file."""
    rows = await lists.for_export(reader, issue_query.parse(q), sort, EXPORT_LIMIT)
    write, media = _FORMATS[kind]
    name = f"issues-{clock.now():%Y%m%d-%H%M}.{kind}"
    content = await asyncio.to_thread(write, rows)
    return Response(
        content, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@router.get("/issues/new", dependencies=[writes])
async def new(
    reader: ReaderDep, actor: CurrentActor, view: View, sprint: Annotated[Line, Query()] = ""
) -> Response:
    """The form of a new issue."""
    return await _form(reader, actor, view, None, sprint=sprint)


async def _form(
    reader: Reader,
    actor: Actor,
    view: View,
    issue: IssueRow | None,
    *,
    sprint: str = "",
    refusal: Refusal | None = None,
) -> Response:
    fills = actor.may(Grant.SPRINTS_WRITE)
    ours = [row for row in await reader.all(sprint_queries.choices()) if fills and row.is_ours]
    is_open = {SprintState.ACTIVE, SprintState.PLANNING}
    return view.page(
        "sprints/issues/form.html",
        status=refusal.status if refusal else 200,
        issue=issue,
        sprint=sprint,
        sprints=[(row.key, f"{row.key} {row.name}") for row in ours if row.state in is_open],
        statuses=list(STATUSES),
        types=TYPES,
        priorities=PRIORITIES,
        figure=reports.figure,
        refusal=refusal,
    )


@router.post("/issues", dependencies=[writes])
async def create(tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Make an issue of our own."""
    view.if_refused(lambda refusal: _form(reader, actor, view, None, refusal=refusal))
    form = await view.form(IssueForm)
    created = await service.create_issue(tx, actor, _edit(form), sprint=form.sprint)
    return view.done(f"/issues/{created.key}", flash=f"Issue {created.key} created")


def _edit(form: IssueForm) -> service.IssueEdit:
    values = form.model_dump(exclude={"labels", "sprint", "revision"})
    labels = tuple(dict.fromkeys(form.labels.replace(",", " ").split()))
    return service.IssueEdit(**values, labels=labels)


@router.get("/issues/{key}", dependencies=[reads])
async def issue_page(
    key: Line, reader: ReaderDep, actor: CurrentActor, view: View, site: UUID | None = None
) -> Response:
    """One issue: its fields, history, links, and what the other modules know of it."""
    return await show(key, reader, actor, view, site=site)


async def show(
    key: str,
    reader: Reader,
    actor: Actor,
    view: View,
    *,
    site: UUID | None = None,
    refusal: Refusal | None = None,
) -> Response:
    """The page of an issue, also after a refusal."""
    record = await issue_record(reader, key, site)
    issue = record.issue
    authors = {change.author_id for change in record.changes if change.author_id}
    feed = await audit.feed(reader, actor, subject="issue", id=issue.id, limit=15) if issue.is_native else []
    return view.page(
        "sprints/issues/issue.html",
        status=refusal.status if refusal else 200,
        record=record,
        issue=issue,
        authors=await identity.names(reader, authors) if authors else {},
        may_edit=views.to_edit(issue, actor),
        feed=feed,
        figure=reports.figure,
        refusal=refusal,
    )


@router.get("/issues/{key}/edit", dependencies=[writes])
async def edit(key: Line, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """The form of an issue."""
    return await _form(reader, actor, view, (await issue_record(reader, key)).issue)


@router.post("/issues/{key}", dependencies=[writes])
async def update(key: Line, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Change an issue of our own."""
    issue = (await issue_record(reader, key)).issue
    view.if_refused(lambda refusal: _form(reader, actor, view, issue, refusal=refusal))
    form = await view.form(IssueForm)
    wanted = _edit(form)
    if form.status == issue.status and form.status not in STATUSES:
        wanted = replace(wanted, stage=Category(issue.status_category))
    await service.update_issue(tx, actor, key, wanted, seen_revision=form.revision)
    return view.done(f"/issues/{issue.key}", flash="Saved")


@router.post("/issues/{key}/delete", dependencies=[writes])
async def delete(key: Line, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Delete an issue of our own."""
    view.if_refused(lambda refusal: show(key, reader, actor, view, refusal=refusal))
    form = await view.form(RevisionForm)
    await service.delete_issue(tx, actor, key, seen_revision=form.revision)
    return view.done("/issues", flash="Issue deleted")
