"""The list of sprints with its counts, and one sprint with the facts behind its figures."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, ScalarSelect, Uuid, bindparam, func, select

from cutwater.kernel.errors import NotFound
from cutwater.kernel.frozen import frozen
from cutwater.kernel.keyed import as_id, folded
from cutwater.kernel.paging import Offset, Page
from cutwater.kernel.reader import Fixed, Reader, Rows, columns_of
from cutwater.kernel.rows import Selected
from cutwater.kernel.rows import Term as Column
from cutwater.sprints.core.reviewing import OddityKind
from cutwater.sprints.imports.models import ImportRun
from cutwater.sprints.issues.models import Issue
from cutwater.sprints.issues.queries.conditions import is_blocked
from cutwater.sprints.mapping.models import FieldMapping
from cutwater.sprints.sites.models import Board, Site
from cutwater.sprints.sprints.models import Sprint, SprintMembership
from cutwater.sprints.sprints.queries import COLUMNS, STATE_ORDER, SprintRow, from_sprints

SORTS: dict[str, Column] = {
    "name": func.lower(Sprint.name),
    "state": STATE_ORDER,
    "starts_on": Sprint.starts_on,
    "ends_on": Sprint.ends_on,
    "key": func.length(Sprint.key),
}


class SprintListed(NamedTuple):
    """A sprint in the list, with its counts (sub-tasks out)."""

    id: UUID
    key: str
    name: str
    goal: str
    state: str
    starts_on: date | None
    ends_on: date | None
    started_at: datetime | None
    completed_at: datetime | None
    synced_at: datetime | None
    revision: int
    external_id: str | None
    site_id: UUID
    site_name: str
    board: str | None
    board_name: str | None
    issues: int
    done: int
    estimated: int
    points: Decimal | None


class StateCount(NamedTuple):
    """A state, and how many sprints are in it."""

    state: str
    sprints: int


class SiteName(NamedTuple):
    """A site to filter by."""

    id: UUID
    name: str


class Counted(NamedTuple):
    """How many sprints."""

    sprints: int


class FactRow(NamedTuple):
    """What the figures of a sprint need to know of an issue."""

    id: UUID
    key: str
    discipline_team: str | None
    status: str
    status_category: str
    type_name: str
    priority: str | None
    assignee_name: str | None
    assignee_account: str | None
    owner_name: str | None
    owner_account: str | None
    reporter_name: str | None
    reporter_account: str | None
    points: Decimal | None
    done_at: datetime | None
    is_blocked: bool


class FreshRow(NamedTuple):
    """How many of a sprint's issues are sub-tasks, and how fresh they are."""

    subtasks: int
    fresh_at: datetime | None


class ConfirmedRow(NamedTuple):
    """When the field mapping of a site was confirmed."""

    confirmed_at: datetime | None


class LastImport(NamedTuple):
    """The import of a site that was applied last."""

    key: str
    applied_at: datetime | None
    oddities: list[OddityKind]


@frozen
class SprintPage:
    """A page of the list, the states with their counts, and the sites."""

    page: Page[SprintListed]
    states: list[StateCount]
    sites: list[SiteName]


@frozen
class SprintFacts:
    """A sprint, the facts of its issues, and where they come from."""

    sprint: SprintRow
    facts: list[FactRow]
    subtasks: int
    fresh_at: datetime | None
    mapping: ConfirmedRow | None
    last_import: LastImport | None


def _ordered(sort: str) -> list[Column]:
    column = SORTS.get(sort.removeprefix("-"))
    if column is None:
        return [STATE_ORDER, Sprint.starts_on.desc().nulls_last(), Sprint.id.desc()]
    first = column.desc().nulls_last() if sort.startswith("-") else column.asc().nulls_last()
    return [first, func.length(Sprint.key), Sprint.key]


def _filtered(text: str, state: str, site: UUID | None) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if state:
        where.append(Sprint.state == state)
    if site:
        where.append(Sprint.site_id == site)
    for word in text.split()[:6]:
        escaped = word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        where.append((Sprint.key == word.upper()) | Sprint.name.ilike(f"%{escaped}%"))
    return where


def _counts(chosen: CTE) -> CTE:
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


async def sprint_page(
    reader: Reader, text: str, state: str, site: UUID | None, sort: str, offset: Offset
) -> SprintPage:
    """One page of sprints with their counts, the states with theirs, and the sites: one trip."""
    where = _filtered(text, state, site)
    chosen = (
        from_sprints(select(Sprint.id), *where)
        .order_by(*_ordered(sort))
        .limit(offset.per_page)
        .offset(offset.skip)
        .cte("chosen")
    )
    states = from_sprints(
        select(Sprint.state, func.count().label("sprints")), *_filtered(text, "", site)
    ).group_by(Sprint.state)
    total = from_sprints(select(func.count().label("sprints")), *where)
    sites = select(Site.id, Site.name).where(Site.deleted_at.is_(None)).order_by(Site.name)
    rows, counted, by_state, places = await reader.batch(
        _listed(chosen, sort), Rows(Counted, total), Rows(StateCount, states), Rows(SiteName, sites)
    )
    page = Page(rows=rows, per_page=offset.per_page, page=offset.page, total=counted[0].sprints)
    return SprintPage(page=page, states=by_state, sites=places)


def _listed(chosen: CTE, sort: str) -> Rows[SprintListed]:
    counts = _counts(chosen)
    columns = columns_of(
        SprintListed,
        Sprint,
        site_name=Site.name,
        board=Board.external_id,
        board_name=Board.name,
        issues=func.coalesce(counts.c.issues, 0),
        done=func.coalesce(counts.c.done, 0),
        estimated=func.coalesce(counts.c.estimated, 0),
        points=counts.c.points,
    )
    statement = (
        from_sprints(select(*columns))
        .outerjoin(counts, counts.c.sprint_id == Sprint.id)
        .where(Sprint.id.in_(select(chosen.c.id)))
        .order_by(*_ordered(sort))
    )
    return Rows(SprintListed, statement)


async def sprint_facts(reader: Reader, key: str, *, subtasks: bool) -> SprintFacts:
    """A sprint, the facts of its issues, and where they come from: one trip."""
    id = as_id(key)
    report = _report(by_id=id is not None, subtasks=subtasks)
    named = folded(Sprint, key) if id is None else id
    sprints, facts, fresh, mapped, imports = await reader.batch(
        report.sprint(named=named),
        report.facts(named=named),
        report.fresh(named=named),
        report.mapping(named=named),
        report.last_import(named=named),
    )
    if not sprints:
        raise NotFound(f"Sprint {key[:60]}")
    return SprintFacts(
        sprint=sprints[0],
        facts=facts,
        subtasks=fresh[0].subtasks,
        fresh_at=fresh[0].fresh_at,
        mapping=mapped[0] if mapped else None,
        last_import=imports[0] if imports else None,
    )


class Report(NamedTuple):
    """All that a report reads."""

    sprint: Fixed[SprintRow]
    facts: Fixed[FactRow]
    fresh: Fixed[FreshRow]
    mapping: Fixed[ConfirmedRow]
    last_import: Fixed[LastImport]


@cache
def _report(*, by_id: bool, subtasks: bool) -> Report:
    """Compiled once for each way of asking."""
    named = Sprint.id == bindparam("named", type_=Uuid()) if by_id else Sprint.key == bindparam("named")
    chosen = select(Sprint.id).where(Sprint.deleted_at.is_(None), named).scalar_subquery()
    site = select(Sprint.site_id).where(Sprint.deleted_at.is_(None), named).scalar_subquery()
    facts = _inside(chosen, select(*columns_of(FactRow, Issue, is_blocked=is_blocked)))
    if not subtasks:
        facts = facts.where(Issue.is_subtask.is_(False))
    fresh = select(
        func.count().filter(Issue.is_subtask).label("subtasks"),
        func.max(func.coalesce(Issue.synced_at, Issue.updated_at)).label("fresh_at"),
    )
    mapped = select(FieldMapping.confirmed_at).where(
        FieldMapping.site_id == site, FieldMapping.project_id.is_(None)
    )
    last_import = (
        select(*columns_of(LastImport, ImportRun))
        .where(ImportRun.site_id == site, ImportRun.state == "APPLIED")
        .order_by(ImportRun.applied_at.desc())
        .limit(1)
    )
    return Report(
        sprint=Fixed(SprintRow, from_sprints(select(*COLUMNS), named)),
        facts=Fixed(FactRow, facts),
        fresh=Fixed(FreshRow, _inside(chosen, fresh)),
        mapping=Fixed(ConfirmedRow, mapped),
        last_import=Fixed(LastImport, last_import),
    )


def _inside(chosen: ScalarSelect[UUID], statement: Selected) -> Selected:
    """Something of the issues that are in a sprint now."""
    return (
        statement.select_from(Issue)
        .join(SprintMembership, SprintMembership.issue_id == Issue.id)
        .where(SprintMembership.sprint_id == chosen, SprintMembership.left_at.is_(None))
        .where(Issue.deleted_at.is_(None))
    )


async def has_issues(reader: Reader) -> bool:
    """Whether the organization has an issue."""
    return await reader.scalar(select(Issue.id).where(Issue.deleted_at.is_(None)).limit(1)) is not None
