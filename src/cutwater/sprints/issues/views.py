"""What others see of issues: small frozen values, by key, by id and by words."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from cutwater.kernel.frozen import frozen
from cutwater.kernel.reader import Reader, any_of
from cutwater.sprints.issues.models import Issue
from cutwater.sprints.issues.queries import lists as issue_queries


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


def _issue(row: Any) -> IssueBrief:
    return IssueBrief(**{name: getattr(row, name) for name in IssueBrief.__dataclass_fields__})


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


async def find_issues(reader: Reader, text: str, limit: int = 20) -> list[IssueBrief]:
    """Issues whose key is, or whose title has the words of, a text; exact keys first."""
    return [_issue(row) for row in await issue_queries.found(reader, text, limit)]
