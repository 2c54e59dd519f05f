"""A runsheet's rows as ready strings in sections of fifty: the template only writes them down."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from cutwater.kernel.actor import Actor
from cutwater.runbooks.core import runsheet
from cutwater.runbooks.core.run_machine import RunState
from cutwater.runbooks.core.runsheet import Figures, Runsheet, first_day
from cutwater.runbooks.steps import permissions
from cutwater.web import times

ROWS_PER_SECTION = 50
FILTERS = {
    "all": "All",
    "startable": "Startable now",
    "mine": "Mine",
    "running": "In progress",
    "late": "Late",
    "critical": "Critical",
    "blocked": "Blocked",
    "done": "Done",
}


class RowText(NamedTuple):
    """One row, every cell as it is written."""

    id: UUID
    code: str
    title: str
    type: str
    team: str
    is_mine: bool
    state: str
    planned: str
    forecast_start: str
    forecast_end: str
    started: str
    finished: str
    slack: str
    late: int
    late_text: str
    critical: bool
    startable: bool
    revision: int
    verb: str
    release: str
    is_flagged: bool
    is_hidden: bool


@dataclass(kw_only=True, slots=True)
class Section:
    """At most fifty rows of one phase; only a phase's first section has a heading."""

    phase_id: UUID
    heading: str = ""
    done: int = 0
    total: int = 0
    rows: list[RowText] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether a filter hides every row."""
        return all(row.is_hidden for row in self.rows)


def sections(sheet: Runsheet, actor: Actor, show: str = "all") -> list[Section]:
    """The whole sheet; rows that the filter leaves out are there, hidden."""
    zone, day = sheet.head.zone, first_day(sheet).toordinal()
    headings = {phase.id: _heading(phase) for phase in sheet.phases}
    found: list[Section] = []
    firsts: dict[UUID, Section] = {}
    for row, figures in zip(sheet.rows, sheet.figures, strict=True):
        if not found or found[-1].phase_id != row.phase_id or len(found[-1].rows) == ROWS_PER_SECTION:
            is_first = row.phase_id not in firsts
            found.append(Section(phase_id=row.phase_id, heading=headings[row.phase_id] if is_first else ""))
            firsts.setdefault(row.phase_id, found[-1])
        first = firsts[row.phase_id]
        first.total += 1
        first.done += row.state in ("COMPLETED", "SKIPPED", "CANCELLED")
        is_mine = permissions.owns(actor, row)
        may = not permissions.to_execute(actor, row)
        text = _row(row, figures, sheet, (zone, day), is_mine=is_mine, may=may)
        hidden = not passes(show, row, figures, is_mine=is_mine)
        found[-1].rows.append(text._replace(is_hidden=True) if hidden else text)
    return found


def _heading(phase: Any) -> str:
    return f"{phase.sequence} › {phase.title}" if phase.sequence else str(phase.title)


def passes(show: str, row: Any, figures: Figures, *, is_mine: bool) -> bool:
    """Whether a row is among those a filter shows."""
    checks = {
        "startable": figures.startable,
        "mine": is_mine,
        "late": figures.late_minutes > 0,
        "critical": figures.critical,
        "running": row.state == "IN_PROGRESS",
        "blocked": row.state in ("BLOCKED", "FAILED"),
        "done": row.state in ("COMPLETED", "SKIPPED", "CANCELLED"),
    }
    return bool(checks.get(show, True))


def mine(sheet: Runsheet, actor: Actor) -> int:
    """How many steps are the viewer's."""
    return sum(permissions.owns(actor, row) for row in sheet.rows)


def _row(
    row: Any, figures: Figures, sheet: Runsheet, at: tuple[str, int], *, is_mine: bool, may: bool
) -> RowText:
    clock, late = clock_text, figures.late_minutes
    is_on = sheet.head.state == RunState.RUNNING
    verb = "start" if figures.startable else "finish" if is_on and row.state == "IN_PROGRESS" else ""
    seconds = runsheet.seconds
    return RowText(
        row.id, row.code, row.title, row.step_type,
        sheet.teams.get(row.team_id, "") if row.team_id else row.owner_note,
        is_mine, row.state,
        clock(seconds(row.planned_start), *at),
        "" if row.started_at else clock(figures.forecast_start, *at),
        clock(figures.forecast_end, *at),
        clock(seconds(row.started_at), *at) if row.started_at else "",
        clock(seconds(row.finished_at), *at) if row.finished_at else "",
        "" if figures.slack_minutes is None else times.span(figures.slack_minutes),
        late, f"+{times.span(late)}" if late > 0 else "",
        figures.critical, figures.startable, row.revision, verb if may else "",
        sheet.releases.get(row.release_id, "") if row.release_id else "", row.is_flagged, False,
    )  # fmt: skip


def counters(sheet: Runsheet, actor: Actor) -> Sequence[tuple[str, str, int]]:
    """The filter buttons with their figures."""
    figures = sheet.counters | {"mine": mine(sheet, actor)}
    return [(name, label, figures[name]) for name, label in FILTERS.items()]


def clock_text(at: int | None, zone: str, day: int) -> str:
    """`03:15` on `day` (a proleptic ordinal), `Sat 03:15` on another, in a zone."""
    return "" if at is None else _clock(at // 60, zone, day)


@lru_cache(100_000)
def _clock(minute: int, zone: str, day: int) -> str:
    local = datetime.fromtimestamp(minute * 60, ZoneInfo(zone))
    return f"{times.other_day(local.date(), date.fromordinal(day))}{local:%H:%M}"
