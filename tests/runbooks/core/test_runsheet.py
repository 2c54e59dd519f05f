"""The runsheet's figures: forecasts, lateness, counters, and what changed, out of plain rows."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest

from cutwater.runbooks.core import runsheet
from cutwater.runbooks.core.filters import FILTERS, passes
from cutwater.runbooks.core.rows import NO_FIGURES, LinkRow, RunHead, StepRow
from cutwater.runbooks.core.runsheet import Runsheet, Told
from cutwater.runbooks.core.step_machine import StepState
from cutwater.runbooks.sheet.views.sections import clock_text

START = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)


NOBODY = uuid5(NAMESPACE_URL, "nobody")


def id_of(name: str) -> UUID:
    """The same id for the same name."""
    return uuid5(NAMESPACE_URL, name)


def head(**more: Any) -> RunHead:
    """A run that is on, of an hour from START."""
    given = dict.fromkeys(RunHead._fields, "") | {"window_end": None, "started_at": None, "ended_at": None}
    given |= {"id": NOBODY, "state": "RUNNING", "zone": "UTC", "planned_start": START, "tick": 1}
    return RunHead(**(given | {"planned_end": START + timedelta(minutes=60)} | more))


def row(name: str, state: str = "PENDING", **more: Any) -> StepRow:
    """A step of half an hour, planned from START."""
    given = dict.fromkeys(StepRow._fields, None) | {"id": id_of(name), "code": name, "state": state}
    given |= {"duration_minutes": 30, "planned_start": START, "revision": 1, "phase_id": NOBODY}
    return StepRow(**(given | {"planned_end": START + timedelta(minutes=30)} | more))


AFTER_A = LinkRow(id_of("a"), id_of("b"), "FS", 0, True)


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


B = row("b", planned_start=at(30), planned_end=at(60))


def sheet(*rows: StepRow, minutes: int = 0, links: list[LinkRow] | None = None, **more: Any) -> Runsheet:
    graph = runsheet.prepare(rows, [AFTER_A] if links is None else links)
    return runsheet.compute(head(**more), [], rows, graph, at(minutes))


@pytest.mark.parametrize(
    ("a", "minutes", "late"),
    [
        (row("a", "READY"), 0, [0, 0]),
        (row("a", "READY"), 10, [10, 0]),  # nobody started it: its own delay, which b inherits
        (row("a", "IN_PROGRESS", started_at=at(0)), 25, [0, 0]),
        (row("a", "IN_PROGRESS", started_at=at(0)), 45, [15, 0]),
        (row("a", "COMPLETED", started_at=at(0), finished_at=at(50)), 50, [0, 0]),
        (row("a", "COMPLETED", started_at=at(0), finished_at=at(30)), 42, [0, 12]),
        (row("a", "BLOCKED", started_at=at(0)), 40, [10, 0]),
        (row("a", "FAILED", started_at=at(0), finished_at=at(10)), 10, [10, 0]),
        (row("a", "READY", deadline=at(20)), 0, [10, 0]),
    ],
)
def test_late_is_who_causes_it_not_who_inherits_it(a: StepRow, minutes: int, late: list[int]) -> None:
    assert [each.late_minutes for each in sheet(a, B, minutes=minutes).figures] == late


def test_the_forecast_end_and_its_distance_from_the_plan_follow_the_clock() -> None:
    found = sheet(row("a", "READY"), B, minutes=25)
    assert found.ends_at == at(85)
    assert found.late_minutes == 25


def test_a_planned_run_is_forecast_from_its_planned_start() -> None:
    found = sheet(row("a"), B, minutes=-600, state="PLANNED")
    assert (found.ends_at, found.late_minutes) == (at(60), 0)


def test_an_ended_run_has_its_actual_end_and_no_forecasts() -> None:
    done = row("a", "COMPLETED", started_at=at(0), finished_at=at(20))
    found = sheet(
        done, B._replace(state="SKIPPED", finished_at=at(21)), minutes=999, state="COMPLETED", ended_at=at(25)
    )
    assert found.ends_at == at(25)
    assert set(found.figures) == {NO_FIGURES}
    assert (found.done, found.total) == (2, 2)


@pytest.mark.parametrize(("state", "startable"), [("RUNNING", 1), ("PAUSED", 0), ("PLANNED", 0)])
def test_only_a_run_that_is_on_has_startable_steps(state: str, startable: int) -> None:
    assert sheet(row("a", "READY"), B, state=state).counters["startable"] == startable


def test_counters_count_each_state_where_it_belongs() -> None:
    rows = [
        row("a", "READY"), row("c", "IN_PROGRESS", started_at=at(0)), row("d", "BLOCKED"), row("e", "FAILED"),
        row("f", "COMPLETED", started_at=at(0), finished_at=at(5)), row("g", "SKIPPED", finished_at=at(5)),
        row("h", "CANCELLED", finished_at=at(5)), row("i", "ON_HOLD"),
    ]  # fmt: skip
    found = sheet(*rows, links=[])
    assert (found.done, found.total) == (2, 7)
    counters = {name: found.counters[name] for name in ("startable", "running", "blocked", "done", "all")}
    assert counters == {"startable": 1, "running": 1, "blocked": 2, "done": 2, "all": 8}


@pytest.mark.parametrize("name", [name for name in FILTERS if name != "mine"])
def test_a_filter_shows_as_many_rows_as_its_button_says_in_every_state(name: str) -> None:
    rows = [row(state, state, planned_start=at(-20), planned_end=at(-10)) for state in StepState]
    found = sheet(*rows, links=[])
    shown = [
        each.code
        for each, figures in zip(found.rows, found.figures, strict=True)
        if passes(name, each.state, figures, is_mine=False)
    ]
    assert found.counters[name] == len(shown)
    expected = {
        "all": set(StepState),
        "startable": {"READY"},
        "running": {"IN_PROGRESS"},
        "late": {"PENDING", "READY", "IN_PROGRESS", "FAILED", "BLOCKED", "ON_HOLD"},
        "blocked": {"BLOCKED", "FAILED"},
        "done": {"COMPLETED", "SKIPPED"},
    }
    assert name == "critical" or set(shown) == expected[name]


def test_a_frame_holds_changed_fields_only_and_always_the_revision() -> None:
    before = runsheet.compact(sheet(row("a", "READY"), B))
    running = row("a", "IN_PROGRESS", started_at=at(0), revision=2)
    after = runsheet.compact(sheet(running, B, tick=2))
    frame = runsheet.changes(before, after)
    assert frame["steps"] == {
        str(id_of("a")): {"status": "IN_PROGRESS", "forecast_start": None, "started_at": "2026-11-21T22:00Z",
              "startable": False, "revision": 2},
    }  # fmt: skip
    assert frame["run"]["tick"] == 2
    assert runsheet.changes(after, after)["steps"] == {}


def test_a_field_that_changes_and_changes_back_is_told_both_times_and_repeated_for_a_while() -> None:
    ready, running = (
        sheet(row("a", "READY"), B),
        sheet(row("a", "IN_PROGRESS", started_at=at(0), revision=2), B),
    )
    told = Told(last=runsheet.compact(ready))
    first = told.frame(runsheet.compact(running), at(0))
    assert first["steps"][str(id_of("a"))]["status"] == "IN_PROGRESS"
    back = told.frame(runsheet.compact(ready), at(0) + timedelta(seconds=3))
    assert back["steps"][str(id_of("a"))]["status"] == "READY"
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
