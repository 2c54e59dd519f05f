"""The runsheet's figures: forecasts, lateness, counters, and what changed, out of plain rows."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cutwater.runbooks.core import runsheet
from cutwater.runbooks.core.runsheet import Runsheet, Told
from cutwater.runbooks.sheet.views.sections import clock_text

START = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Head:
    id: str = "run"
    state: str = "RUNNING"
    planned_start: datetime = START
    planned_end: datetime = START + timedelta(minutes=60)
    ended_at: datetime | None = None
    tick: int = 1


@dataclass(frozen=True)
class Row:
    id: str
    state: str = "PENDING"
    duration_minutes: int = 30
    planned_start: datetime = START
    planned_end: datetime = START + timedelta(minutes=30)
    fixed_start: datetime | None = None
    deadline: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    ready_at: datetime | None = None
    revision: int = 1


@dataclass(frozen=True)
class Link:
    before_id: str
    after_id: str
    kind: str = "FS"
    lag_minutes: int = 0
    is_hard: bool = True


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


B = Row("b", planned_start=at(30), planned_end=at(60))


def sheet(*rows: Row, minutes: int = 0, links: list[Link] | None = None, **head: Any) -> Runsheet:
    graph = runsheet.prepare(rows, [Link("a", "b")] if links is None else links)
    return runsheet.compute(Head(**head), [], rows, graph, at(minutes))


@pytest.mark.parametrize(
    ("a", "minutes", "late"),
    [
        (Row("a", "READY"), 0, [0, 0]),
        (Row("a", "READY"), 10, [10, 0]),  # nobody started it: its own delay, which b inherits
        (Row("a", "IN_PROGRESS", started_at=at(0)), 25, [0, 0]),
        (Row("a", "IN_PROGRESS", started_at=at(0)), 45, [15, 0]),
        (Row("a", "COMPLETED", started_at=at(0), finished_at=at(50)), 50, [0, 0]),
        (Row("a", "COMPLETED", started_at=at(0), finished_at=at(30)), 42, [0, 12]),
        (Row("a", "BLOCKED", started_at=at(0)), 40, [10, 0]),
        (Row("a", "FAILED", started_at=at(0), finished_at=at(10)), 10, [10, 0]),
        (Row("a", "READY", deadline=at(20)), 0, [10, 0]),
    ],
)
def test_late_is_who_causes_it_not_who_inherits_it(a: Row, minutes: int, late: list[int]) -> None:
    assert [each.late_minutes for each in sheet(a, B, minutes=minutes).figures] == late


def test_the_forecast_end_and_its_distance_from_the_plan_follow_the_clock() -> None:
    found = sheet(Row("a", "READY"), B, minutes=25)
    assert found.ends_at == at(85)
    assert found.late_minutes == 25


def test_a_planned_run_is_forecast_from_its_planned_start() -> None:
    found = sheet(Row("a"), B, minutes=-600, state="PLANNED")
    assert (found.ends_at, found.late_minutes) == (at(60), 0)


def test_an_ended_run_has_its_actual_end_and_no_forecasts() -> None:
    done = Row("a", "COMPLETED", started_at=at(0), finished_at=at(20))
    found = sheet(
        done, replace(B, state="SKIPPED", finished_at=at(21)), minutes=999, state="COMPLETED", ended_at=at(25)
    )
    assert found.ends_at == at(25)
    assert set(found.figures) == {runsheet.ENDED_FIGURES}
    assert (found.done, found.total) == (2, 2)


@pytest.mark.parametrize(("state", "startable"), [("RUNNING", 1), ("PAUSED", 0), ("PLANNED", 0)])
def test_only_a_run_that_is_on_has_startable_steps(state: str, startable: int) -> None:
    assert sheet(Row("a", "READY"), B, state=state).counters["startable"] == startable


def test_counters_count_each_state_where_it_belongs() -> None:
    rows = [
        Row("a", "READY"), Row("c", "IN_PROGRESS", started_at=at(0)), Row("d", "BLOCKED"), Row("e", "FAILED"),
        Row("f", "COMPLETED", started_at=at(0), finished_at=at(5)), Row("g", "SKIPPED", finished_at=at(5)),
        Row("h", "CANCELLED", finished_at=at(5)), Row("i", "ON_HOLD"),
    ]  # fmt: skip
    found = sheet(*rows, links=[])
    assert (found.done, found.total) == (2, 7)
    counters = {name: found.counters[name] for name in ("startable", "running", "blocked", "done", "all")}
    assert counters == {"startable": 1, "running": 1, "blocked": 2, "done": 2, "all": 8}


def test_a_frame_holds_changed_fields_only_and_always_the_revision() -> None:
    before = runsheet.compact(sheet(Row("a", "READY"), B))
    running = Row("a", "IN_PROGRESS", started_at=at(0), revision=2)
    after = runsheet.compact(sheet(running, B, tick=2))
    frame = runsheet.changes(before, after)
    assert frame["steps"] == {
        "a": {"status": "IN_PROGRESS", "forecast_start": None, "started_at": "2026-11-21T22:00Z",
              "startable": False, "revision": 2},
    }  # fmt: skip
    assert frame["run"]["tick"] == 2
    assert runsheet.changes(after, after)["steps"] == {}


def test_a_field_that_changes_and_changes_back_is_told_both_times_and_repeated_for_a_while() -> None:
    ready, running = (
        sheet(Row("a", "READY"), B),
        sheet(Row("a", "IN_PROGRESS", started_at=at(0), revision=2), B),
    )
    told = Told(last=runsheet.compact(ready))
    first = told.frame(runsheet.compact(running), at(0))
    assert first["steps"]["a"]["status"] == "IN_PROGRESS"
    back = told.frame(runsheet.compact(ready), at(0) + timedelta(seconds=3))
    assert back["steps"]["a"]["status"] == "READY"
    again = told.frame(runsheet.compact(ready), at(0) + timedelta(seconds=9))
    assert again["steps"] == back["steps"]
    assert told.frame(runsheet.compact(ready), at(0) + timedelta(seconds=16))["steps"] == {}


def test_times_are_written_for_the_runs_zone_and_day() -> None:
    day = at(0).date().toordinal()
    assert clock_text(runsheet.seconds(at(0)), "UTC", day) == "22:00"
    assert clock_text(runsheet.seconds(at(0)), "Europe/Zurich", day) == "23:00"
    assert clock_text(runsheet.seconds(at(180)), "UTC", day) == "Sun 01:00"
    assert clock_text(runsheet.seconds(at(-1440)), "UTC", day) == "Fri 22:00"
    assert clock_text(None, "UTC", day) == ""
