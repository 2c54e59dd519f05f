"""The list of sprints with its counts, and one sprint with the facts behind its figures."""

from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, func, select

from cutwater.kernel.errors import NotFound
from cutwater.kernel.paging import Offset, Page
from cutwater.kernel.reader import Fixed, Reader
from cutwater.kernel.rows import Untyped
from cutwater.sprints.imports.models import ImportRun
from cutwater.sprints.issues.models import Issue
from cutwater.sprints.issues.queries.lists import FACTS
from cutwater.sprints.mapping.models import FieldMapping
from cutwater.sprints.sites.models import Site
from cutwater.sprints.sprints.models import Sprint, SprintMembership
from cutwater.sprints.sprints.queries import COLUMNS, STATE_ORDER, from_sprints

SORTS: dict[str, Any] = {
    "name": func.lower(Sprint.name),
    "state": STATE_ORDER,
    "starts_on": Sprint.starts_on,
    "ends_on": Sprint.ends_on,
    "key": func.length(Sprint.key),
}


def _ordered(sort: str) -> list[Any]:
    column = SORTS.get(sort.removeprefix("-"))
    if column is None:
        return [STATE_ORDER, Sprint.starts_on.desc().nulls_last(), Sprint.id.desc()]
    first = column.desc().nulls_last() if sort.startswith("-") else column.asc().nulls_last()
    return [first, func.length(Sprint.key), Sprint.key]


def _filtered(statement: Select[Any], text: str, state: str, site: UUID | None) -> Select[Any]:
    if state:
        statement = statement.where(Sprint.state == state)
    if site:
        statement = statement.where(Sprint.site_id == site)
    for word in text.split()[:6]:
        escaped = word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        statement = statement.where((Sprint.key == word.upper()) | Sprint.name.ilike(f"%{escaped}%"))
    return statement


def _counts(chosen: Any) -> Any:
    """Issues, done, points and estimated of each chosen sprint, sub-tasks out."""
    return (
        select(
            SprintMembership.sprint_id,
            func.count().label("issues"),
            func.count().filter(Issue.status_category == "DONE").label("done"),
            func.sum(Issue.points).filter(Issue.points >= 0).label("points"),
            func.count().filter(Issue.points >= 0).label("estimated"),
        )
        .join(Issue, Issue.id == SprintMembership.issue_id)
        .where(SprintMembership.sprint_id.in_(select(chosen.c.id)), SprintMembership.left_at.is_(None))
        .where(Issue.deleted_at.is_(None), Issue.is_subtask.is_(False))
        .group_by(SprintMembership.sprint_id)
        .cte("counts")
        # counted once: without fresh statistics the planner would count all of it again for each sprint
        .prefix_with("materialized")
    )


async def sprints(
    reader: Reader, text: str, state: str, site: UUID | None, sort: str, offset: Offset
) -> tuple[Page[Any], list[Any], list[Any]]:
    """One page of sprints with their counts, the states with theirs, and the sites: one trip."""
    chosen = (
        _filtered(from_sprints(Sprint.id), text, state, site)
        .order_by(*_ordered(sort))
        .limit(offset.per_page)
        .offset(offset.skip)
        .cte("chosen")
    )
    counts = _counts(chosen)
    zero = [func.coalesce(counts.c[name], 0).label(name) for name in ("issues", "done", "estimated")]
    rows = (
        from_sprints(*COLUMNS, *zero, counts.c.points)
        .outerjoin(counts, counts.c.sprint_id == Sprint.id)
        .where(Sprint.id.in_(select(chosen.c.id)))
        .order_by(*_ordered(sort))
    )
    states = _filtered(from_sprints(Sprint.state, func.count().label("sprints")), text, "", site).group_by(
        Sprint.state
    )
    total = _filtered(from_sprints(func.count()), text, state, site)
    places = select(Site.id, Site.name).where(Site.deleted_at.is_(None)).order_by(Site.name)
    found, count, by_state, sites = await reader.batch(rows, total, states, places)
    page = Page(rows=found, per_page=offset.per_page, page=offset.page, total=count[0][0])
    return page, by_state, sites


async def with_facts(reader: Reader, key: str, *, subtasks: bool) -> tuple[Any, list[Any], dict[str, Any]]:
    """A sprint, the facts of its issues, and where they come from: one trip."""
    try:
        asked = [each(named=UUID(key)) for each in _report(by_id=True, subtasks=subtasks)]
    except ValueError:
        asked = [each(named=key) for each in _report(by_id=False, subtasks=subtasks)]
    head, rows, around, mapped, run = await reader.batch(*asked)
    if not head:
        raise NotFound(f"Sprint {key[:60]}")
    origin = {
        "subtasks": around[0].subtasks if around else 0,
        "fresh_at": around[0].fresh_at if around else None,
        "mapping": mapped[0] if mapped else None,
        "import": run[0] if run else None,
    }
    return head[0], rows, origin


@cache
def _report(*, by_id: bool, subtasks: bool) -> tuple[Fixed[Any], ...]:
    """All that a report reads, compiled once for each way of asking."""
    named = Sprint.id == bindparam("named", type_=Uuid()) if by_id else Sprint.key == bindparam("named")
    chosen = select(Sprint.id).where(Sprint.deleted_at.is_(None), named).scalar_subquery()
    site = select(Sprint.site_id).where(Sprint.deleted_at.is_(None), named).scalar_subquery()
    facts = _inside(chosen, *FACTS)
    if not subtasks:
        facts = facts.where(Issue.is_subtask.is_(False))
    aside = _inside(
        chosen,
        func.count().filter(Issue.is_subtask).label("subtasks"),
        func.max(func.coalesce(Issue.synced_at, Issue.updated_at)).label("fresh_at"),
    )
    read = (from_sprints(*COLUMNS).where(named), facts, aside, _site_mapping(site), _last_import(site))
    return tuple(Fixed(Untyped, each) for each in read)


def _inside(chosen: Any, *columns: Any) -> Select[Any]:
    """Something of the issues that are in a sprint now."""
    return (
        select(*columns)
        .join_from(Issue, SprintMembership, SprintMembership.issue_id == Issue.id)
        .where(SprintMembership.sprint_id == chosen, SprintMembership.left_at.is_(None))
        .where(Issue.deleted_at.is_(None))
    )


def _site_mapping(site: Any) -> Any:
    confirmed = select(
        FieldMapping.discipline, FieldMapping.points, FieldMapping.owner, FieldMapping.confirmed_at
    )
    return confirmed.where(FieldMapping.site_id == site, FieldMapping.project_id.is_(None))


def _last_import(site: Any) -> Any:
    return (
        select(ImportRun.key, ImportRun.applied_at, ImportRun.oddities)
        .where(ImportRun.site_id == site, ImportRun.state == "APPLIED")
        .order_by(ImportRun.applied_at.desc())
        .limit(1)
    )


def any_issue() -> Select[Any]:
    """One row when the organization has an issue."""
    return select(Issue.id).where(Issue.deleted_at.is_(None)).limit(1)
