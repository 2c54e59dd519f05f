"""Issues: the list behind the query box, one issue whole, and the facts a sprint is analysed from."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cutwater.kernel.errors import NotFound
from cutwater.kernel.paging import Offset, Page
from cutwater.kernel.reader import Reader, any_of
from cutwater.sprints.issue_query import NONE, STAGES, IssueQuery, Term
from cutwater.sprints.models import (
    Issue,
    IssueChange,
    IssueLink,
    Project,
    Site,
    SiteKind,
    Sprint,
    SprintMembership,
)

_other = aliased(Issue)
OPEN = ("TODO", "IN_PROGRESS")

has_open_blocker = exists(
    select(literal(1))
    .select_from(IssueLink)
    .outerjoin(_other, _other.id == IssueLink.other_issue_id)
    .where(IssueLink.organization_id == Issue.organization_id, IssueLink.issue_id == Issue.id)
    .where(IssueLink.is_blocker)
    .where(func.coalesce(_other.status_category, IssueLink.other_category).in_(OPEN))
    .correlate(Issue)
)
is_blocked = and_(Issue.status_category != "DONE", or_(Issue.is_flagged, has_open_blocker))
stakeholder = func.coalesce(Issue.owner_name, Issue.reporter_name)

FACTS = (
    Issue.id,
    Issue.key,
    Issue.discipline_team,
    Issue.status,
    Issue.status_category,
    Issue.type_name,
    Issue.priority,
    Issue.assignee_name,
    Issue.assignee_account,
    Issue.owner_name,
    Issue.owner_account,
    Issue.reporter_name,
    Issue.reporter_account,
    Issue.points,
    Issue.done_at,
    is_blocked.label("is_blocked"),
)

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
LIST = (
    Issue.id,
    Issue.key,
    Issue.site_id,
    Issue.title,
    Issue.type_name,
    Issue.is_subtask,
    Issue.status,
    Issue.status_category,
    Issue.priority,
    Issue.points,
    Issue.discipline_team,
    Issue.assignee_name,
    stakeholder.label("stakeholder"),
    Issue.is_flagged,
    Issue.source_updated_at,
    Issue.revision,
    is_blocked.label("is_blocked"),
    _shown.c.key.label("sprint_key"),
    _shown.c.name.label("sprint_name"),
)
EXPORT = (
    Issue.reporter_name,
    Issue.owner_name,
    Issue.parent_key,
    Issue.source_created_at,
    Issue.resolved_at,
    Issue.done_at,
)

SORTS: dict[str, Any] = {
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


def sorting(sort: str) -> list[Any]:
    """The order a sort word asks for; unknown words mean newest first. The id makes it total."""
    columns = SORTS.get(sort.removeprefix("-"))
    if columns is None:
        return [Issue.source_updated_at.desc().nulls_last(), Issue.id.desc()]
    if sort.startswith("-"):
        return [*(column.desc().nulls_last() for column in columns), Issue.id.desc()]
    return [*(column.asc().nulls_last() for column in columns), Issue.id.desc()]


def visible() -> ColumnElement[bool]:
    """Issues that were not deleted."""
    return Issue.deleted_at.is_(None)


def matching(query: IssueQuery) -> list[ColumnElement[bool]]:
    """The conditions of a query box."""
    found = [visible()]
    for term in query.terms:
        condition = _condition(term)
        # a condition on an empty column is neither true nor false, and "not team:X" means those too
        found.append(func.coalesce(condition, false()).is_(False) if term.is_not else condition)
    return found


def _condition(term: Term) -> ColumnElement[bool]:
    if term.field == "":
        word = term.value.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        return or_(Issue.key == term.value.upper(), Issue.title.ilike(f"%{word}%"))
    if term.field == "is":
        return _state(term.value)
    if term.field == "stage":
        return Issue.status_category == STAGES[term.value.lower()]
    if term.field == "sprint":
        return _in_sprint(term.value)
    if term.field == "points":
        return _points(term.value)
    if term.field == "done":
        return Issue.done_at.is_(None) if term.value == NONE else Issue.done_at.is_not(None)
    if term.field == "label":
        return Issue.labels.contains([term.value])
    if term.field in ("project", "site"):
        return _place(term)
    columns = _COLUMNS[term.field]
    if term.value == NONE:
        return and_(*(or_(column.is_(None), column == "") for column in columns[:1]))
    return or_(*(column == term.value for column in columns))


_COLUMNS: dict[str, tuple[Any, ...]] = {
    "team": (Issue.discipline_team,),
    "status": (Issue.status,),
    "type": (Issue.type_name,),
    "priority": (Issue.priority,),
    "assignee": (Issue.assignee_name, Issue.assignee_account),
    "owner": (Issue.owner_name, Issue.owner_account),
    "reporter": (Issue.reporter_name, Issue.reporter_account),
    "stakeholder": (stakeholder, func.coalesce(Issue.owner_account, Issue.reporter_account)),
    "key": (Issue.key,),
    "parent": (Issue.parent_key,),
}


def _state(word: str) -> ColumnElement[bool]:
    native = select(Site.id).where(Site.kind == SiteKind.NATIVE)
    states: dict[str, Any] = {
        "done": Issue.status_category == "DONE",
        "open": Issue.status_category != "DONE",
        "blocked": is_blocked,
        "flagged": Issue.is_flagged,
        "subtask": Issue.is_subtask,
        "estimated": Issue.points >= 0,
        "native": Issue.site_id.in_(native),
    }
    return states[word]  # type: ignore[no-any-return]


def _points(word: str) -> ColumnElement[bool]:
    if word == NONE:
        return Issue.points.is_(None)
    if word == "negative":
        return Issue.points < 0
    try:
        return Issue.points == float(word)
    except ValueError:
        return false()


def _in_sprint(key: str) -> ColumnElement[bool]:
    stays = (
        select(literal(1))
        .select_from(SprintMembership)
        .where(SprintMembership.issue_id == Issue.id, SprintMembership.left_at.is_(None))
    )
    if key == NONE:
        return ~exists(stays.correlate(Issue))
    named = stays.join(Sprint, Sprint.id == SprintMembership.sprint_id).where(
        or_(Sprint.key == key.upper(), Sprint.name == key), Sprint.deleted_at.is_(None)
    )
    return exists(named.correlate(Issue))


def _place(term: Term) -> ColumnElement[bool]:
    if term.field == "project":
        if term.value == NONE:
            return Issue.project_id.is_(None)
        return Issue.project_id.in_(select(Project.id).where(Project.key == term.value))
    return Issue.site_id.in_(select(Site.id).where(Site.name == term.value))


def listing(query: IssueQuery, sort: str, offset: Offset, *more: Any) -> Select[Any]:
    """A page of the list. Its issues are chosen first: sprints and blockers are looked up for them only."""
    chosen = (
        select(Issue.id)
        .where(*matching(query))
        .order_by(*sorting(sort))
        .limit(offset.per_page)
        .offset(offset.skip)
        .cte("chosen")
    )
    return (
        select(*LIST, *more)
        .select_from(Issue)
        .outerjoin(_shown, literal(True))
        .where(Issue.id.in_(select(chosen.c.id)))
        .order_by(*sorting(sort))
    )


async def issues(
    reader: Reader, query: IssueQuery, sort: str, offset: Offset
) -> tuple[Page[Any], dict[str, list[Any]]]:
    """One page of issues, its total, and the values to filter by with their counts: one trip."""
    where = matching(query)
    count = select(func.count()).select_from(Issue).where(*where)
    columns = {"stage": Issue.status_category, "team": Issue.discipline_team, "type": Issue.type_name}
    facets = [
        select(column.label("value"), func.count().label("issues"))
        .where(*where)
        .group_by(column)
        .order_by(func.count().desc())
        .limit(12)
        for column in columns.values()
    ]
    rows, total, *found = await reader.batch(listing(query, sort, offset), count, *facets)
    page = Page(rows=rows, per_page=offset.per_page, page=offset.page, total=total[0][0])
    return page, dict(zip(columns, found, strict=True))


async def for_export(reader: Reader, query: IssueQuery, sort: str, limit: int) -> list[Any]:
    """Everything the list shows, up to a limit, for a file."""
    return await reader.all(listing(query, sort, Offset(per_page=limit), *EXPORT))


def by_reference(key: str, site: UUID | None = None) -> Select[Any]:
    """The issue with this key or id; with the key in several sites, ours first, then the oldest site's."""
    statement = select(Issue.id).join(Site, Site.id == Issue.site_id).where(visible())
    statement = statement.where(Issue.id == _uuid(key)) if _uuid(key) else statement.where(Issue.key == key)
    if site is not None:
        statement = statement.where(Issue.site_id == site)
    return statement.order_by(Site.kind != SiteKind.NATIVE, Site.id).limit(1)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None


async def whole(reader: Reader, key: str, site: UUID | None = None) -> dict[str, Any]:
    """One issue with its history, links, sub-tasks, sprints and namesakes: one trip."""
    chosen = by_reference(key, site).scalar_subquery()
    other = aliased(Issue)
    child, mine = aliased(Issue), aliased(Issue)
    statements = (
        select(
            *Issue.__table__.c,
            Site.name.label("site_name"),
            Site.kind.label("site_kind"),
            Site.url.label("site_url"),
            Project.key.label("project_key"),
            Project.name.label("project_name"),
            is_blocked.label("is_blocked"),
        )
        .select_from(Issue)
        .join(Site, Site.id == Issue.site_id)
        .outerjoin(Project, Project.id == Issue.project_id)
        .where(Issue.id == chosen),
        select(
            IssueChange.at,
            IssueChange.author_name,
            IssueChange.author_id,
            IssueChange.field,
            IssueChange.was,
            IssueChange.became,
            IssueChange.external_id,
        )
        .where(IssueChange.issue_id == chosen)
        .order_by(IssueChange.at.desc(), IssueChange.position)
        .limit(200),
        select(
            IssueLink.label,
            IssueLink.type_name,
            IssueLink.is_blocker,
            IssueLink.other_key,
            func.coalesce(other.title, IssueLink.other_title).label("other_title"),
            func.coalesce(other.status_category, IssueLink.other_category).label("other_category"),
            other.id.label("other_id"),
            other.status.label("other_status"),
        )
        .outerjoin(other, other.id == IssueLink.other_issue_id)
        .where(IssueLink.issue_id == chosen)
        .order_by(IssueLink.is_blocker.desc(), IssueLink.label, IssueLink.other_key),
        select(Sprint.key, Sprint.name, Sprint.state, SprintMembership.joined_at, SprintMembership.left_at)
        .join(Sprint, Sprint.id == SprintMembership.sprint_id)
        .where(SprintMembership.issue_id == chosen)
        .order_by(SprintMembership.left_at.is_not(None), Sprint.starts_on.desc().nulls_last()),
        select(child.key, child.title, child.status, child.status_category)
        .join(mine, and_(mine.site_id == child.site_id, mine.key == child.parent_key))
        .where(mine.id == chosen, child.deleted_at.is_(None))
        .order_by(func.length(child.key), child.key)
        .limit(200),
        select(Site.id, Site.name)
        .join(Issue, Issue.site_id == Site.id)
        .where(visible(), Issue.key == key)
        .order_by(Site.name),
    )
    issue, changes, links, sprints, children, sites = await reader.batch(*statements)
    if not issue:
        raise NotFound(f"Issue {key[:60]}")
    return {
        "issue": issue[0],
        "changes": changes,
        "issue_links": links,
        "sprints": sprints,
        "children": children,
        "namesakes": sites if len(sites) > 1 else [],
    }


BRIEF = (
    Issue.id,
    Issue.key,
    Issue.title,
    Issue.status,
    Issue.status_category,
    Issue.assignee_name,
    Issue.points,
    Issue.discipline_team.label("discipline"),
    _shown.c.key.label("sprint_key"),
)


def briefs(*conditions: Any, limit: int = 1000) -> Select[Any]:
    """What other modules see of issues."""
    return (
        select(*BRIEF)
        .select_from(Issue)
        .outerjoin(_shown, literal(True))
        .where(visible(), *conditions)
        .limit(limit)
    )


async def found(reader: Reader, text: str, limit: int) -> list[Any]:
    """Issues whose key is, or whose title has the words of, a text; exact keys first."""
    words = IssueQuery(terms=tuple(Term(field="", value=word) for word in text.split()[:6]))
    statement = briefs(*matching(words), limit=limit)
    exact = (Issue.key == text.strip().upper()).desc()
    return await reader.all(statement.order_by(exact, Issue.source_updated_at.desc().nulls_last()))


async def issue_for_update(tx: AsyncSession, key: str) -> Issue:
    """The issue, locked; NotFound when it is not this organization's."""
    chosen = await tx.scalar(by_reference(key))
    issue = await tx.get(Issue, chosen, with_for_update=True) if chosen else None
    if issue is None:
        raise NotFound(f"Issue {key[:60]}")
    return issue


async def panel(reader: Reader, keys: list[str]) -> list[Any]:
    """The issues of a panel, in the order of their keys."""
    return await reader.all(
        briefs(any_of(Issue.key, keys), limit=200).order_by(func.length(Issue.key), Issue.key)
    )
