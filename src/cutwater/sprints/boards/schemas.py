"""What the API gives of sprints in lists and figures."""

from datetime import datetime

from cutwater.kernel.wire import Out
from cutwater.sprints.issues.schemas import Points
from cutwater.sprints.sprints.schemas import SprintRead


class SprintListed(SprintRead):
    """A sprint in the list, with its counts (sub-tasks out)."""

    site_name: str
    board_name: str | None
    issues: int
    done: int
    estimated: int
    points: Points | None


class TallyRead(Out):
    """Counts of some issues."""

    issues: int
    points: Points
    estimated: int
    average: Points | None
    done_issues: int
    done_points: Points
    blocked: int


class LineRead(Out):
    """One value of a dimension; `query` finds its issues."""

    value: str
    label: str
    query: str
    share: Points
    points_share: Points | None
    tally: TallyRead


class GapRead(Out):
    """How complete a field is."""

    field: str
    label: str
    total: int
    missing: int
    text: str
    query: str
    effect: str
    spoils: str


class TermRead(Out):
    """One reason of the health."""

    name: str
    level: str
    text: str
    limits: str


class AnalysisRead(Out):
    """A sprint in figures, with how complete and how fresh they are."""

    sprint: str
    subtasks_counted: bool
    subtasks: int
    total: TallyRead
    stakeholders: int
    by_owner: int
    by_reporter: int
    coverage: list[GapRead]
    health: str
    health_terms: list[TermRead]
    lines: dict[str, list[LineRead]]
    as_of: datetime
    fresh_at: datetime | None
    source: str
