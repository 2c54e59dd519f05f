"""What runs now, what comes next, and what of it waits for a person: the home page's first question."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from cutwater.kernel.actor import Actor
from cutwater.kernel.frozen import frozen
from cutwater.kernel.reader import Reader
from cutwater.runbooks.core.rows import Figures, RunHead, StepRow
from cutwater.runbooks.core.run_machine import RunState
from cutwater.runbooks.core.runsheet import Runsheet
from cutwater.runbooks.core.step_machine import StepState
from cutwater.runbooks.library.queries import any_runbook
from cutwater.runbooks.runs.queries import runs
from cutwater.runbooks.steps import permissions
from cutwater.runbooks.steps.views import runsheets

MOST_RUNS = 8
_PLACES = {
    StepState.IN_PROGRESS.value: "running",
    StepState.READY.value: "startable",
    StepState.BLOCKED.value: "stuck",
    StepState.PENDING.value: "ahead",
}
"""Where the home page lists an open step."""


@frozen
class OpenStep:
    """A step of a running run that has not ended, with the team that owns it."""

    head: RunHead
    row: StepRow
    figures: Figures
    team: str

    @property
    def starts_at(self) -> datetime | None:
        """When it will start, as it looks now."""
        return _moment(self.figures.forecast_start)

    @property
    def ends_at(self) -> datetime | None:
        """When it will be finished, as it looks now."""
        return _moment(self.figures.forecast_end)


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


@frozen
class Overview:
    """The runs that are on with their sheets, those that are planned, and the viewer's steps by place."""

    on: Sequence[Runsheet]
    planned: Sequence[RunHead]
    steps: dict[str, list[OpenStep]]
    late: list[OpenStep]
    has_runbook: bool

    @property
    def is_new(self) -> bool:
        """Whether the organization has not begun with runbooks."""
        return not (self.on or self.planned or self.has_runbook)


async def overview(reader: Reader, actor: Actor) -> Overview:
    """What is on, ahead and mine; runs whose sheets this process has cost no trip of their own."""
    heads, runbooks = await reader.batch(runs.heads_on_and_ahead(MOST_RUNS), any_runbook())
    on = [
        await runsheets.sheet_of(reader, head)
        for head in heads
        if head.state in (RunState.RUNNING, RunState.PAUSED)
    ]
    return Overview(
        on=on,
        planned=[head for head in heads if head.state == RunState.PLANNED],
        steps=steps_of(on, actor),
        late=late_steps(on),
        has_runbook=bool(runbooks),
    )


def steps_of(on: Iterable[Runsheet], actor: Actor) -> dict[str, list[OpenStep]]:
    """The actor's open steps in running runs: in progress, startable, stuck, and the next that will come."""
    found: dict[str, list[OpenStep]] = {place: [] for place in _PLACES.values()}
    for step in _open_steps(on):
        if permissions.owns(actor, step.row):
            found[_PLACES[step.row.state]].append(step)
    for place, steps in found.items():
        steps.sort(key=_by_start if place == "ahead" else _by_lateness)
    return found


def late_steps(on: Iterable[Runsheet]) -> list[OpenStep]:
    """Whoever's steps that should have started or ended by now, the latest first."""
    late = [
        step
        for step in _open_steps(on)
        if step.figures.late_minutes > 0 and step.row.state != StepState.PENDING
    ]
    return sorted(late, key=_by_lateness)


def _open_steps(on: Iterable[Runsheet]) -> Iterator[OpenStep]:
    for sheet in on:
        if sheet.head.state != RunState.RUNNING:
            continue
        for row, figures in zip(sheet.rows, sheet.figures, strict=True):
            if row.state in _PLACES:
                team = sheet.teams.get(row.team_id, "") if row.team_id else row.owner_note
                yield OpenStep(head=sheet.head, row=row, figures=figures, team=team)


def _by_lateness(step: OpenStep) -> tuple[int, int]:
    return -step.figures.late_minutes, step.figures.forecast_start or 0


def _by_start(step: OpenStep) -> int:
    return step.figures.forecast_start or 0
