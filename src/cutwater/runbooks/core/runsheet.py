"""A run as its runsheet shows it: rows, forecasts, slack, lateness and counters, out of plain rows. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TypedDict, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from cutwater.kernel.frozen import frozen
from cutwater.runbooks.core import filters
from cutwater.runbooks.core.critical_path import Link, LinkKind, Prepared, Progress, Step, StepDates
from cutwater.runbooks.core.rows import NO_FIGURES, Figures, LinkRow, PhaseRow, RunHead, StepRow
from cutwater.runbooks.core.run_machine import RunState
from cutwater.runbooks.core.step_machine import DONE, OVER, STANDINGS, STARTABLE, UNCOUNTED

_PROGRESS = {state.value: standing.progress for state, standing in STANDINGS.items()}
_OVER = frozenset(state.value for state in OVER)
_ANEW = frozenset(
    state.value for state, standing in STANDINGS.items() if standing.is_ended and not standing.is_over
)
"""Ended, and yet to be done again from its beginning."""
_LEFT, _RUNNING = Progress.LEFT, Progress.RUNNING
TOLD_SECONDS = 12
_KINDS = {kind.value: kind for kind in LinkKind}


class StepFields(TypedDict, total=False):
    """The live fields of one row; in a frame only those that changed."""

    status: str
    forecast_start: str | None
    forecast_end: str | None
    slack_minutes: int | None
    critical: bool
    late_minutes: int
    ready_at: str | None
    started_at: str | None
    finished_at: str | None
    revision: int
    startable: bool


class RunFields(TypedDict):
    """The live figures of the whole run."""

    id: str
    status: str
    forecast_end: str | None
    late_minutes: int
    done: int
    total: int
    counters: dict[str, int]
    tick: int


class LiveState(TypedDict):
    """What the elements of a runsheet are told: all steps, or those of which something changed."""

    topic: str
    run: RunFields
    steps: dict[str, StepFields]


@frozen
class Runsheet:
    """A run at one tick and minute: its head, its phases, its rows in order, and the figures of each."""

    head: RunHead
    phases: Sequence[PhaseRow]
    rows: Sequence[StepRow]
    figures: Sequence[Figures]
    forecast_end: int | None
    minute: int
    counters: dict[str, int]
    done: int
    total: int
    teams: dict[UUID, str] = field(default_factory=dict)
    releases: dict[UUID, str] = field(default_factory=dict)

    @property
    def late_minutes(self) -> int:
        """How far the forecast (or actual) end lies behind the planned one; negative when it is early."""
        return 0 if self.forecast_end is None else (self.forecast_end - seconds(self.head.planned_end)) // 60

    @property
    def ends_at(self) -> datetime | None:
        """The forecast end, or the actual one."""
        return None if self.forecast_end is None else datetime.fromtimestamp(self.forecast_end, UTC)


def first_day(sheet: Runsheet) -> date:
    """The day that times without a weekday are on: the planned start's, in the run's zone."""
    return sheet.head.planned_start.astimezone(ZoneInfo(sheet.head.zone)).date()


def seconds(at: datetime) -> int:
    """Whole seconds since 1970."""
    return int(at.timestamp())


def prepare(rows: Sequence[StepRow], links: Iterable[LinkRow]) -> Prepared[int]:
    """The graph of a run, by the positions of its rows; keep it as long as `graph_revision` stays."""
    at = {row.id: position for position, row in enumerate(rows)}
    return Prepared(
        range(len(rows)),
        [
            Link(
                before=at[link.before_id],
                after=at[link.after_id],
                kind=_KINDS[link.kind],
                lag=link.lag_minutes * 60,
                hard=link.is_hard,
            )
            for link in links
        ],
    )


def compute(
    head: RunHead, phases: Sequence[PhaseRow], rows: Sequence[StepRow], graph: Prepared[int], now: datetime
) -> Runsheet:
    """Everything the runsheet shows at `now`, which counts by the minute."""
    minute = seconds(now) // 60
    start = seconds(head.planned_start)
    base = max(start, minute * 60) if head.state == RunState.PLANNED else minute * 60
    if head.ended_at is not None:
        base = seconds(head.ended_at)
    schedule = graph.schedule([_step(position, row) for position, row in enumerate(rows)], base)
    is_over, is_on = head.ended_at is not None, head.state == RunState.RUNNING
    figures = [
        NO_FIGURES if is_over or row.state in _OVER else _figures(row, schedule.dates[at], is_on)
        for at, row in enumerate(rows)
    ]
    end = schedule.end if head.ended_at is None else seconds(head.ended_at)
    done = sum(row.state in DONE for row in rows)
    total = sum(row.state not in UNCOUNTED for row in rows)
    return Runsheet(
        head=head, phases=phases, rows=rows, figures=figures, forecast_end=end, minute=minute,
        counters=filters.count(rows, figures), done=done, total=total,
    )  # fmt: skip


def _figures(row: StepRow, dates: StepDates, is_on: bool) -> Figures:
    late = max(dates.overdue, dates.originating)
    return Figures(
        dates.early_start, dates.early_finish, dates.slack // 60, dates.critical, late // 60,
        is_on and row.state in STARTABLE,
    )  # fmt: skip


def _step(position: int, row: StepRow) -> Step[int]:
    progress = _PROGRESS[row.state]
    if progress is _LEFT and row.started_at is not None and row.state not in _ANEW:
        progress = _RUNNING  # blocked or held on the way: what it has used is used
    return Step(
        id=position,
        duration=row.duration_minutes * 60,
        progress=progress,
        started=seconds(row.started_at) if row.started_at else None,
        finished=seconds(row.finished_at) if row.finished_at else None,
        not_before=seconds(row.fixed_start) if row.fixed_start else None,
        deadline=seconds(row.deadline) if row.deadline else None,
        planned_start=seconds(row.planned_start),
        planned_finish=seconds(row.planned_end),
    )


def compact(sheet: Runsheet) -> LiveState:
    """The whole state as the live elements read it: a field that is None is left out."""
    steps = {
        str(row.id): step_state(row, figures) for row, figures in zip(sheet.rows, sheet.figures, strict=True)
    }
    return {"topic": f"run:{sheet.head.id}", "run": run_state(sheet), "steps": steps}


def run_state(sheet: Runsheet) -> RunFields:
    """The figures of the whole run."""
    return {
        "id": str(sheet.head.id),
        "status": sheet.head.state,
        "forecast_end": iso(sheet.forecast_end),
        "late_minutes": sheet.late_minutes,
        "done": sheet.done,
        "total": sheet.total,
        "counters": sheet.counters,
        "tick": sheet.head.tick,
    }


def step_state(row: StepRow, figures: Figures) -> StepFields:
    """One row's live fields."""
    return {
        "status": row.state,
        "forecast_start": None if row.started_at else iso(figures.forecast_start),
        "forecast_end": iso(figures.forecast_end),
        "slack_minutes": figures.slack_minutes,
        "critical": figures.critical,
        "late_minutes": figures.late_minutes,
        "ready_at": iso(seconds(row.ready_at)) if row.ready_at else None,
        "started_at": iso(seconds(row.started_at)) if row.started_at else None,
        "finished_at": iso(seconds(row.finished_at)) if row.finished_at else None,
        "revision": row.revision,
        "startable": figures.startable,
    }


def changes(before: LiveState, after: LiveState) -> LiveState:
    """What of a compact state differs: rows with their changed fields only, always with their revision."""
    steps: dict[str, StepFields] = {}
    known = before["steps"]
    for id, fields in after["steps"].items():
        was = known.get(id)
        if was is None:
            steps[id] = fields
        elif was != fields:
            steps[id] = _some(fields, {name for name, value in fields.items() if was.get(name, ...) != value})
            steps[id]["revision"] = fields["revision"]
    return {"topic": after["topic"], "run": after["run"], "steps": steps}


def _some(fields: StepFields, names: Collection[str]) -> StepFields:
    return cast(StepFields, {name: value for name, value in fields.items() if name in names})


@dataclass(kw_only=True, slots=True)
class Told:
    """What the viewers of a run were told last, and which fields changed in the last TOLD_SECONDS: a frame
    repeats those, so that somebody who polls, or missed a frame, still gets every change."""

    last: LiveState
    recent: dict[str, tuple[datetime, frozenset[str]]] = field(default_factory=dict)

    def frame(self, state: LiveState, now: datetime) -> LiveState:
        """The next frame: the fields that changed since the last one, or a short while before."""
        oldest = now - timedelta(seconds=TOLD_SECONDS)
        self.recent = {id: kept for id, kept in self.recent.items() if kept[0] > oldest}
        for id, fields in changes(self.last, state)["steps"].items():
            _, names = self.recent.get(id, (now, frozenset()))
            self.recent[id] = (now, names | fields.keys())
        self.last = state
        steps = {
            id: _some(state["steps"][id], names)
            for id, (_, names) in self.recent.items()
            if id in state["steps"]
        }
        return {"topic": state["topic"], "run": state["run"], "steps": steps}


def iso(at: int | None) -> str | None:
    """Seconds since 1970 as `2026-11-20T03:15Z`."""
    return None if at is None else _iso(at // 60)


@lru_cache(100_000)
def _iso(minute: int) -> str:
    return datetime.fromtimestamp(minute * 60, UTC).strftime("%Y-%m-%dT%H:%MZ")
