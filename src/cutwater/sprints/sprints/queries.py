"""One sprint, sprints to choose from, and how many issues are in one."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, select

from cutwater.kernel.errors import NotFound
from cutwater.kernel.keyed import named
from cutwater.kernel.reader import Reader, Rows, columns_of
from cutwater.kernel.rows import Selected
from cutwater.sprints.sites.models import Board, Site
from cutwater.sprints.sprints.models import Sprint, SprintMembership

STATE_ORDER = case(
    (Sprint.state == "ACTIVE", 0), (Sprint.state == "PLANNING", 1), (Sprint.state == "COMPLETED", 2), else_=3
)


class SprintRow(NamedTuple):
    """A sprint with its site and board."""

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
    site_kind: str
    board: str | None
    board_name: str | None

    @property
    def is_ours(self) -> bool:
        """Whether it was made here: one from another system has that system's id."""
        return self.external_id is None


COLUMNS = columns_of(
    SprintRow,
    Sprint,
    site_name=Site.name,
    site_kind=Site.kind,
    board=Board.external_id,
    board_name=Board.name,
)


def from_sprints(statement: Selected, *where: ColumnElement[bool]) -> Selected:
    """Something of sprints that were not deleted, each with its site and board."""
    joined = statement.select_from(Sprint).join(Site, Site.id == Sprint.site_id)
    joined = joined.outerjoin(Board, Board.id == Sprint.board_id)
    return joined.where(Sprint.deleted_at.is_(None), *where)


def sprint_rows(*where: ColumnElement[bool]) -> Rows[SprintRow]:
    """Sprints."""
    return Rows(SprintRow, from_sprints(select(*COLUMNS), *where))


async def find_sprint(reader: Reader, key: str) -> SprintRow | None:
    """The sprint with this key or id, or None."""
    return await reader.first(sprint_rows(named(Sprint, key)))


async def sprint(reader: Reader, key: str) -> SprintRow:
    """The sprint with this key or id; NotFound when it is not this organization's."""
    row = await find_sprint(reader, key)
    if row is None:
        raise NotFound(f"Sprint {key[:60]}")
    return row


def choices(limit: int = 200) -> Rows[SprintRow]:
    """Sprints to choose from: running and planned ones first."""
    newest = (Sprint.starts_on.desc().nulls_last(), Sprint.id.desc())
    return sprint_rows().order_by(STATE_ORDER, *newest).limit(limit)


def issues_in(sprint_id: UUID) -> Select[UUID]:
    """The ids of the issues that are in a sprint now."""
    return select(SprintMembership.issue_id).where(
        SprintMembership.sprint_id == sprint_id, SprintMembership.left_at.is_(None)
    )


def size_of(sprint_id: UUID) -> Select[int]:
    """How many issues are in a sprint now."""
    return select(func.count()).where(
        SprintMembership.sprint_id == sprint_id, SprintMembership.left_at.is_(None)
    )


def sprints_of_issue(issue_id: UUID) -> Select[str]:
    """The keys of the sprints that an issue is in now."""
    return (
        select(Sprint.key)
        .join(SprintMembership, SprintMembership.sprint_id == Sprint.id)
        .where(SprintMembership.issue_id == issue_id, SprintMembership.left_at.is_(None))
    )
