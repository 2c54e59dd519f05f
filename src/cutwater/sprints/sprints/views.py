"""What others see of sprints: small frozen values, by key, and to choose from."""

from datetime import date
from typing import Any
from uuid import UUID

from cutwater.kernel.frozen import frozen
from cutwater.kernel.reader import Reader
from cutwater.sprints.sprints import queries as sprint_queries


@frozen
class SprintBrief:
    """A sprint as others see it; `state` is PLANNING, ACTIVE, COMPLETED or CANCELLED."""

    id: UUID
    key: str
    name: str
    state: str
    starts_on: date | None
    ends_on: date | None


def _sprint(row: Any) -> SprintBrief:
    return SprintBrief(**{name: getattr(row, name) for name in SprintBrief.__dataclass_fields__})


async def issues_in_sprint(reader: Reader, sprint_id: UUID) -> list[UUID]:
    """The ids of the issues that are in a sprint now."""
    return [row.issue_id for row in await reader.all(sprint_queries.issues_now(sprint_id))]


async def sprint_by_key(reader: Reader, key: str) -> SprintBrief | None:
    """The sprint with this key or id; None when there is none."""
    row = await reader.first(sprint_queries.named(key))
    return _sprint(row) if row else None


async def sprints(reader: Reader) -> list[SprintBrief]:
    """Sprints to choose from: running and planned ones first, then the newest; at most 200."""
    return [_sprint(row) for row in await reader.all(sprint_queries.choices())]
