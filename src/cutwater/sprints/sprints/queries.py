"""One sprint, and sprints to choose from."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.errors import NotFound
from cutwater.kernel.reader import Reader
from cutwater.sprints.issues.models import Issue
from cutwater.sprints.sites.models import Board, Site
from cutwater.sprints.sprints.models import Sprint, SprintMembership

STATE_ORDER = case(
    (Sprint.state == "ACTIVE", 0), (Sprint.state == "PLANNING", 1), (Sprint.state == "COMPLETED", 2), else_=3
)

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


def from_sprints(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Sprint)
        .join(Site, Site.id == Sprint.site_id)
        .outerjoin(Board, Board.id == Sprint.board_id)
        .where(Sprint.deleted_at.is_(None))
    )


def _named(key: str) -> Any:
    try:
        return Sprint.id == UUID(key) if len(key) == 36 else Sprint.key == key
    except ValueError:
        return Sprint.key == key


def named(key: str) -> Select[Any]:
    """The sprint with this key or id."""
    return from_sprints(*COLUMNS).where(_named(key))


async def sprint(reader: Reader, key: str) -> Any:
    """One sprint; NotFound when it is not this organization's."""
    row = await reader.first(named(key))
    if row is None:
        raise NotFound(f"Sprint {key[:60]}")
    return row


async def sprint_for_update(tx: AsyncSession, key: str) -> Sprint:
    """The sprint, locked; NotFound when it is not this organization's."""
    found = await tx.scalar(select(Sprint).where(Sprint.deleted_at.is_(None), _named(key)).with_for_update())
    if found is None:
        raise NotFound(f"Sprint {key[:60]}")
    return found


def choices() -> Select[Any]:
    """Sprints to choose from: running and planned ones first."""
    return (
        from_sprints(*COLUMNS)
        .order_by(STATE_ORDER, Sprint.starts_on.desc().nulls_last(), Sprint.id.desc())
        .limit(200)
    )


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
