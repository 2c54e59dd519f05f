"""Sprints: the list, and one sprint with the facts its analysis stands on."""

from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.errors import NotFound
from cutwater.kernel.paging import Offset, Page
from cutwater.kernel.reader import Fixed, Reader
from cutwater.kernel.rows import Untyped
from cutwater.sprints.models import (
    Board,
    FieldMapping,
    ImportRun,
    Issue,
    Site,
    Sprint,
    SprintMembership,
)
from cutwater.sprints.queries.issues import FACTS

_state_order = case(
    (Sprint.state == "ACTIVE", 0), (Sprint.state == "PLANNING", 1), (Sprint.state == "COMPLETED", 2), else_=3
)
SORTS: dict[str, Any] = {
    "name": func.lower(Sprint.name),
    "state": _state_order,
    "starts_on": Sprint.starts_on,
    "ends_on": Sprint.ends_on,
    "key": func.length(Sprint.key),
}
COLUMNS = (
    Sprint.id,
    Sprint.key,
    Sprint.name,
    Sprint.goal,
    Sprint.state,
    Sprint.starts_on,
    Sprint.ends_on,
    Sprint.started_at,
    Sprint.completed_at,
    Sprint.synced_at,
    Sprint.revision,
    Sprint.external_id,
    Sprint.site_id,
    Site.name.label("site_name"),
    Site.kind.label("site_kind"),
    Board.external_id.label("board"),
    Board.name.label("board_name"),
)


def _base(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Sprint)
        .join(Site, Site.id == Sprint.site_id)
        .outerjoin(Board, Board.id == Sprint.board_id)
        .where(Sprint.deleted_at.is_(None))
    )


def _ordered(sort: str) -> list[Any]:
    column = SORTS.get(sort.removeprefix("-"))
    if column is None:
        return [_state_order, Sprint.starts_on.desc().nulls_last(), Sprint.id.desc()]
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
        _filtered(_base(Sprint.id), text, state, site)
        .order_by(*_ordered(sort))
        .limit(offset.per_page)
        .offset(offset.skip)
        .cte("chosen")
    )
    counts = _counts(chosen)
    zero = [func.coalesce(counts.c[name], 0).label(name) for name in ("issues", "done", "estimated")]
    rows = (
        _base(*COLUMNS, *zero, counts.c.points)
        .outerjoin(counts, counts.c.sprint_id == Sprint.id)
        .where(Sprint.id.in_(select(chosen.c.id)))
        .order_by(*_ordered(sort))
    )
    states = _filtered(_base(Sprint.state, func.count().label("sprints")), text, "", site).group_by(
        Sprint.state
    )
    total = _filtered(_base(func.count()), text, state, site)
    places = select(Site.id, Site.name).where(Site.deleted_at.is_(None)).order_by(Site.name)
    found, count, by_state, sites = await reader.batch(rows, total, states, places)
    page = Page(rows=found, per_page=offset.per_page, page=offset.page, total=count[0][0])
    return page, by_state, sites


def _named(key: str) -> Any:
    try:
        return Sprint.id == UUID(key) if len(key) == 36 else Sprint.key == key
    except ValueError:
        return Sprint.key == key


def named(key: str) -> Select[Any]:
    """The sprint with this key or id."""
    return _base(*COLUMNS).where(_named(key))


async def sprint(reader: Reader, key: str) -> Any:
    """One sprint; NotFound when it is not this organization's."""
    row = await reader.first(named(key))
    if row is None:
        raise NotFound(f"Sprint {key[:60]}")
    return row


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
    read = (_base(*COLUMNS).where(named), facts, aside, _site_mapping(site), _last_import(site))
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


async def sprint_for_update(tx: AsyncSession, key: str) -> Sprint:
    """The sprint, locked; NotFound when it is not this organization's."""
    found = await tx.scalar(select(Sprint).where(Sprint.deleted_at.is_(None), _named(key)).with_for_update())
    if found is None:
        raise NotFound(f"Sprint {key[:60]}")
    return found


def choices() -> Select[Any]:
    """Sprints to choose from: running and planned ones first."""
    return (
        _base(*COLUMNS)
        .order_by(_state_order, Sprint.starts_on.desc().nulls_last(), Sprint.id.desc())
        .limit(200)
    )


def any_issue() -> Select[Any]:
    """One row when the organization has an issue."""
    return select(Issue.id).where(Issue.deleted_at.is_(None)).limit(1)


def issues_of(sprint_id: UUID) -> Select[Any]:
    """How many issues are in a sprint now."""
    return select(func.count()).where(
        SprintMembership.sprint_id == sprint_id, SprintMembership.left_at.is_(None)
    )


def issues_now(sprint_id: UUID) -> Select[Any]:
    """The ids of the issues that are in a sprint now."""
    return (
        select(SprintMembership.issue_id)
        .join(Issue, Issue.id == SprintMembership.issue_id)
        .where(
            SprintMembership.sprint_id == sprint_id,
            SprintMembership.left_at.is_(None),
            Issue.deleted_at.is_(None),
        )
    )
