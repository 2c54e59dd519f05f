"""Lists of issues: behind the query box, in files, in panels, and briefs for others."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, literal, select

from cutwater.kernel.frozen import frozen
from cutwater.kernel.paging import Offset, Page
from cutwater.kernel.reader import Reader, Rows, any_of, columns_of
from cutwater.kernel.rows import Term as Column
from cutwater.sprints.core.issue_query import IssueQuery, Term
from cutwater.sprints.issues.models import Issue
from cutwater.sprints.issues.queries.conditions import is_blocked, matching, stakeholder, visible
from cutwater.sprints.sprints.models import Sprint, SprintMembership

R = TypeVar("R", bound=tuple[object, ...])


class IssueListed(NamedTuple):
    """An issue in the list, with the sprint that matters most of those it is in."""

    id: UUID
    key: str
    site_id: UUID
    title: str
    type_name: str
    is_subtask: bool
    status: str
    status_category: str
    priority: str | None
    points: Decimal | None
    discipline_team: str | None
    assignee_name: str | None
    stakeholder: str | None
    is_flagged: bool
    source_updated_at: datetime | None
    revision: int
    is_blocked: bool
    sprint_key: str | None
    sprint_name: str | None


class IssueExported(NamedTuple):
    """The same with what only a file shows."""

    key: str
    title: str
    type_name: str
    status: str
    status_category: str
    priority: str | None
    points: Decimal | None
    discipline_team: str | None
    assignee_name: str | None
    stakeholder: str | None
    reporter_name: str | None
    owner_name: str | None
    sprint_key: str | None
    sprint_name: str | None
    parent_key: str | None
    is_flagged: bool
    is_blocked: bool
    source_created_at: datetime | None
    source_updated_at: datetime | None
    resolved_at: datetime | None
    done_at: datetime | None


class IssueBrief(NamedTuple):
    """An issue as others see it; `status_category` is TODO, IN_PROGRESS, DONE or UNKNOWN."""

    id: UUID
    key: str
    title: str
    status: str
    status_category: str
    assignee_name: str | None
    points: Decimal | None
    discipline: str | None
    sprint_key: str | None


class Facet(NamedTuple):
    """A value to filter by, and how many issues have it."""

    value: str | None
    issues: int


@frozen
class IssuePage:
    """A page of the list, and the values to filter by of each field."""

    page: Page[IssueListed]
    facets: dict[str, list[Facet]]


_shown = (
    select(Sprint.id, Sprint.key, Sprint.name)
    .join(SprintMembership, SprintMembership.sprint_id == Sprint.id)
    # both columns of the index, or a planner without fresh statistics reads every stay for each issue
    .where(SprintMembership.organization_id == Issue.organization_id, SprintMembership.issue_id == Issue.id)
    .where(SprintMembership.left_at.is_(None), Sprint.deleted_at.is_(None))
    .order_by(
        case((Sprint.state == "ACTIVE", 0), (Sprint.state == "PLANNING", 1), else_=2),
        Sprint.starts_on.desc().nulls_last(),
    )
    .limit(1)
    .correlate(Issue)
    .lateral("shown_sprint")
)
_IN_LIST: dict[str, Column] = {
    "stakeholder": stakeholder,
    "is_blocked": is_blocked,
    "sprint_key": _shown.c.key,
    "sprint_name": _shown.c.name,
}
SORTS: dict[str, tuple[Column, ...]] = {
    "key": (func.length(Issue.key), Issue.key),
    "title": (func.lower(Issue.title),),
    "type": (Issue.type_name,),
    "status": (Issue.status,),
    "priority": (Issue.priority,),
    "points": (Issue.points,),
    "team": (Issue.discipline_team,),
    "assignee": (Issue.assignee_name,),
    "stakeholder": (stakeholder,),
    "updated": (Issue.source_updated_at,),
}
FACETS = {"stage": Issue.status_category, "team": Issue.discipline_team, "type": Issue.type_name}


def sorting(sort: str) -> list[Column]:
    """The order a sort word asks for; unknown words mean newest first. The id makes it total."""
    columns = SORTS.get(sort.removeprefix("-"))
    if columns is None:
        return [Issue.source_updated_at.desc().nulls_last(), Issue.id.desc()]
    if sort.startswith("-"):
        return [*(column.desc().nulls_last() for column in columns), Issue.id.desc()]
    return [*(column.asc().nulls_last() for column in columns), Issue.id.desc()]


def _listing(row: type[R], query: IssueQuery, sort: str, offset: Offset) -> Rows[R]:
    """A page of the list. Its issues are chosen first: sprints and blockers are looked up for them only."""
    chosen = (
        select(Issue.id)
        .where(*matching(query))
        .order_by(*sorting(sort))
        .limit(offset.per_page)
        .offset(offset.skip)
        .cte("chosen")
    )
    statement = (
        select(*columns_of(row, Issue, **_IN_LIST))
        .select_from(Issue)
        .outerjoin(_shown, literal(True))
        .where(Issue.id.in_(select(chosen.c.id)))
        .order_by(*sorting(sort))
    )
    return Rows(row, statement)


async def issue_page(reader: Reader, query: IssueQuery, sort: str, offset: Offset) -> IssuePage:
    """One page of issues, its total, and the values to filter by with their counts: one trip."""
    where = matching(query)
    total = Rows(Counted, select(func.count().label("issues")).select_from(Issue).where(*where))
    rows, counted, *found = await reader.batch(
        _listing(IssueListed, query, sort, offset),
        total,
        *(_facet(column, where) for column in FACETS.values()),
    )
    page = Page(rows=rows, per_page=offset.per_page, page=offset.page, total=counted[0].issues)
    return IssuePage(page=page, facets=dict(zip(FACETS, found, strict=True)))


class Counted(NamedTuple):
    """How many issues."""

    issues: int


def _facet(column: Column, where: Iterable[ColumnElement[bool]]) -> Rows[Facet]:
    statement = (
        select(column.label("value"), func.count().label("issues"))
        .where(*where)
        .group_by(column)
        .order_by(func.count().desc())
        .limit(12)
    )
    return Rows(Facet, statement)


async def for_export(reader: Reader, query: IssueQuery, sort: str, limit: int) -> list[IssueExported]:
    """Everything the list shows, up to a limit, for a file."""
    return await reader.all(_listing(IssueExported, query, sort, Offset(per_page=limit)))


def briefs(*conditions: ColumnElement[bool]) -> Rows[IssueBrief]:
    """What others see of issues."""
    columns = columns_of(IssueBrief, Issue, discipline=Issue.discipline_team, sprint_key=_shown.c.key)
    statement = (
        select(*columns).select_from(Issue).outerjoin(_shown, literal(True)).where(visible(), *conditions)
    )
    return Rows(IssueBrief, statement)


async def find_issues(reader: Reader, text: str, limit: int = 20) -> list[IssueBrief]:
    """Issues whose key is, or whose title has the words of, a text; exact keys first."""
    words = IssueQuery(terms=tuple(Term(field="", value=word) for word in text.split()[:6]))
    exact = (Issue.key == text.strip().upper()).desc()
    newest = Issue.source_updated_at.desc().nulls_last()
    return await reader.all(briefs(*matching(words)).order_by(exact, newest).limit(limit))


async def issues_by_ids(reader: Reader, ids: Iterable[UUID]) -> list[IssueBrief]:
    """Those of the issues that exist, in one trip."""
    wanted = list(ids)
    return await reader.all(briefs(any_of(Issue.id, wanted)).limit(len(wanted))) if wanted else []


async def issues_by_keys(reader: Reader, keys: Iterable[str]) -> list[IssueBrief]:
    """The issues with these keys, of every site, in the order of the keys; at most 200."""
    wanted = briefs(any_of(Issue.key, [key.upper() for key in keys])).limit(200)
    return await reader.all(wanted.order_by(func.length(Issue.key), Issue.key))
