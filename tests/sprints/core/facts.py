"""Issues as plain values, for the pure tests."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Fact:
    """An issue as analysis and coverage see it."""

    discipline_team: str | None = "Dev"
    status: str = "To Do"
    status_category: str = "TODO"
    type_name: str = "Task"
    priority: str | None = "Major"
    assignee_name: str | None = "Ari"
    assignee_account: str | None = None
    owner_name: str | None = None
    owner_account: str | None = None
    reporter_name: str | None = "Rita"
    reporter_account: str | None = None
    points: Decimal | None = None
    is_blocked: bool = False
    done_at: datetime | None = None


def fact(points: float | None = None, **values: Any) -> Fact:
    """An issue with these points."""
    return Fact(points=None if points is None else Decimal(str(points)), **values)
