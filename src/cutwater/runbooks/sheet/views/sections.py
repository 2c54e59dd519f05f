"""A runsheet's rows as ready strings in sections of fifty: the template only writes them down."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from cutwater.kernel.actor import Actor
from cutwater.runbooks.core import runsheet
from cutwater.runbooks.core.filters import FILTERS, passes
from cutwater.runbooks.core.rows import Figures, PhaseRow, StepRow
from cutwater.runbooks.core.run_machine import RunState
from cutwater.runbooks.core.runsheet import Runsheet, first_day
from cutwater.runbooks.core.step_machine import DONE, MOVES, RUNNING, STANDINGS, UNCOUNTED, StepMove
from cutwater.runbooks.steps import permissions
from cutwater.web import times

ROWS_PER_SECTION = 50


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


@dataclass(kw_only=True, slots=True)
class Counter:
    """A filter and how many steps it shows."""

    name: str
    label: str
    count: int


def sections(sheet: Runsheet, actor: Actor, show: str = "all") -> list[Section]:
    """All rows; those that the filter leaves out are there, hidden."""
    zone, day = sheet.head.zone, first_day(sheet).toordinal()
    headings = {phase.id: _heading(phase) for phase in sheet.phases}
    made: list[Section] = []
    firsts: dict[UUID, Section] = {}
    for row, figures in zip(sheet.rows, sheet.figures, strict=True):
        if not made or made[-1].phase_id != row.phase_id or len(made[-1].rows) == ROWS_PER_SECTION:
            is_first = row.phase_id not in firsts
            made.append(Section(phase_id=row.phase_id, heading=headings[row.phase_id] if is_first else ""))
            firsts.setdefault(row.phase_id, made[-1])
        first = firsts[row.phase_id]
        first.total += row.state not in UNCOUNTED
        first.done += row.state in DONE
        is_mine = permissions.owns(actor, row)
        may = not permissions.to_execute(actor, row)
        text = _row(row, figures, sheet, (zone, day), is_mine=is_mine, may=may)
        hidden = not passes(show, row.state, figures, is_mine=is_mine)
        made[-1].rows.append(text._replace(is_hidden=True) if hidden else text)
    return made


def _heading(phase: PhaseRow) -> str:
    return f"{phase.sequence} › {phase.title}" if phase.sequence else phase.title


def mine(sheet: Runsheet, actor: Actor) -> int:
    """How many steps are the viewer's."""
    return sum(permissions.owns(actor, row) for row in sheet.rows)


def _row(
    row: StepRow, figures: Figures, sheet: Runsheet, at: tuple[str, int], *, is_mine: bool, may: bool
) -> RowText:
    clock, seconds, late = clock_text, runsheet.seconds, figures.late_minutes
    is_on = sheet.head.state == RunState.RUNNING
    verb = "start" if figures.startable else "finish" if is_on and row.state in RUNNING else ""
    return RowText(
        id=row.id,
        code=row.code,
        title=row.title,
        type=row.step_type,
        team=sheet.teams.get(row.team_id, "") if row.team_id else row.owner_note,
        is_mine=is_mine,
        state=row.state,
        planned=clock(seconds(row.planned_start), *at),
        forecast_start="" if row.started_at else clock(figures.forecast_start, *at),
        forecast_end=clock(figures.forecast_end, *at),
        started=clock(seconds(row.started_at), *at) if row.started_at else "",
        finished=clock(seconds(row.finished_at), *at) if row.finished_at else "",
        slack="" if figures.slack_minutes is None else times.span(figures.slack_minutes),
        late=late,
        late_text=f"+{times.span(late)}" if late > 0 else "",
        critical=figures.critical,
        startable=figures.startable,
        revision=row.revision,
        verb=verb if may else "",
        release=sheet.releases.get(row.release_id, "") if row.release_id else "",
        is_flagged=row.is_flagged,
        is_hidden=False,
    )


def counters(sheet: Runsheet, actor: Actor) -> Sequence[Counter]:
    """The filter buttons with their figures."""
    figures = sheet.counters | {"mine": mine(sheet, actor)}
    return [Counter(name=name, label=each.label, count=figures[name]) for name, each in FILTERS.items()]


def element_table() -> dict[str, object]:
    """The table of states, the filters and the moves, as the elements of the page read them."""
    return {
        "states": {
            state.value: {
                "startable": standing.is_startable,
                "running": standing.is_running,
                "done": standing.is_done,
                "over": standing.is_over,
                "counted": standing.is_counted,
            }
            for state, standing in STANDINGS.items()
        },
        "filters": {
            name: {"states": sorted(each.states), "mark": each.mark} for name, each in FILTERS.items()
        },
        "moves": {move.value: rule.target for move, rule in MOVES.items() if move is not StepMove.RESUME},
    }


def clock_text(at: int | None, zone: str, day: int) -> str:
    """`03:15` on `day` (a proleptic ordinal), `Sat 03:15` on another, in a zone."""
    return "" if at is None else _clock(at // 60, zone, day)


@lru_cache(100_000)
def _clock(minute: int, zone: str, day: int) -> str:
    local = datetime.fromtimestamp(minute * 60, ZoneInfo(zone))
    return f"{times.other_day(local.date(), date.fromordinal(day))}{local:%H:%M}"
