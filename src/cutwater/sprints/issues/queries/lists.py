"""Lists of issues: behind the query box, briefs for others, and the facts a sprint is analysed from."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.errors import NotFound
from cutwater.kernel.paging import Offset, Page
from cutwater.kernel.reader import Reader, any_of
from cutwater.sprints.core.facts import SiteKind
from cutwater.sprints.core.issue_query import IssueQuery, Term
from cutwater.sprints.issues.models import Issue
from cutwater.sprints.issues.queries.conditions import is_blocked, matching, stakeholder, visible
from cutwater.sprints.sites.models import Site
from cutwater.sprints.sprints.models import Sprint, SprintMembership

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
