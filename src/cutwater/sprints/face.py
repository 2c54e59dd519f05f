"""What other modules see of issues and sprints: small frozen values, and reads by key, by id and by words."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from cutwater.kernel.frozen import frozen
from cutwater.kernel.reader import Reader, any_of
from cutwater.sprints.models import Issue
from cutwater.sprints.queries import issues as issue_queries
from cutwater.sprints.queries import sprints as sprint_queries


@frozen
class IssueBrief:
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


@frozen
class SprintBrief:
    """A sprint as others see it; `state` is PLANNING, ACTIVE, COMPLETED or CANCELLED."""

    id: UUID
    key: str
    name: str
    state: str
    starts_on: date | None
    ends_on: date | None


def _issue(row: Any) -> IssueBrief:
    return IssueBrief(**{name: getattr(row, name) for name in IssueBrief.__dataclass_fields__})


def _sprint(row: Any) -> SprintBrief:
    return SprintBrief(**{name: getattr(row, name) for name in SprintBrief.__dataclass_fields__})


async def issue_by_key(reader: Reader, key: str) -> IssueBrief | None:
    """The issue with this key or id, ours first when several sites have it; None when there is none."""
    chosen = issue_queries.by_reference(key).scalar_subquery()
    row = await reader.first(issue_queries.briefs(Issue.id == chosen))
    return _issue(row) if row else None


async def issues_by_ids(reader: Reader, ids: Iterable[UUID]) -> list[IssueBrief]:
    """Those of the issues that exist, in one trip."""
    wanted = list(ids)
    if not wanted:
        return []
    rows = await reader.all(issue_queries.briefs(any_of(Issue.id, wanted), limit=len(wanted)))
    return [_issue(row) for row in rows]


async def issues_in_sprint(reader: Reader, sprint_id: UUID) -> list[UUID]:
    """The ids of the issues that are in a sprint now."""
    return [row.issue_id for row in await reader.all(sprint_queries.issues_now(sprint_id))]


async def find_issues(reader: Reader, text: str, limit: int = 20) -> list[IssueBrief]:
    """Issues whose key is, or whose title has the words of, a text; exact keys first."""
    return [_issue(row) for row in await issue_queries.found(reader, text, limit)]


async def sprint_by_key(reader: Reader, key: str) -> SprintBrief | None:
    """The sprint with this key or id; None when there is none."""
    row = await reader.first(sprint_queries.named(key))
    return _sprint(row) if row else None


async def sprints(reader: Reader) -> list[SprintBrief]:
    """Sprints to choose from: running and planned ones first, then the newest; at most 200."""
    return [_sprint(row) for row in await reader.all(sprint_queries.choices())]
