"""How times, spans and figures are written."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cutwater.web import times

NOW = datetime(2026, 11, 20, 2, 15, tzinfo=UTC)
ZURICH = ZoneInfo("Europe/Zurich")


def test_a_moment_names_the_year_only_when_it_is_another() -> None:
    assert times.moment(NOW, ZURICH, NOW) == "20 Nov 03:15"
    assert times.moment(NOW - timedelta(days=400), ZURICH, NOW) == "16 Oct 2025 04:15"


def test_a_tooltip_says_everything() -> None:
    assert times.full(NOW, ZURICH) == "Fri 20 Nov 2026, 03:15:00 (Europe/Zurich)"


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (NOW, "03:15"),
        (NOW + timedelta(hours=22), "Sat 01:15"),
        (NOW - timedelta(hours=4), "Thu 23:15"),
        (NOW + timedelta(days=7), "27 Nov 03:15"),
    ],
)
def test_a_clock_marks_other_days(at: datetime, written: str) -> None:
    assert times.clock(at, ZURICH, date(2026, 11, 20)) == written


def test_a_day_has_its_weekday() -> None:
    assert times.day(date(2026, 11, 20), ZURICH, NOW) == "Fri 20 Nov"
    assert times.day(datetime(2026, 11, 19, 23, 30, tzinfo=UTC), ZURICH, NOW) == "Fri 20 Nov"
    assert times.day(date(2027, 1, 2), ZURICH, NOW) == "Sat 2 Jan 2027"


@pytest.mark.parametrize(
    ("minutes", "written"),
    [
        (-4, "4 min ago"),
        (-59, "59 min ago"),
        (-60, "1 h ago"),
        (-3000, "2 d ago"),
        (30, "in 30 min"),
        (0, "just now"),
    ],
)
def test_ago_uses_the_largest_unit(minutes: int, written: str) -> None:
    assert times.ago(NOW + timedelta(minutes=minutes), NOW) == written


@pytest.mark.parametrize(
    ("minutes", "written"),
    [
        (0, "0m"),
        (45, "45m"),
        (60, "1h"),
        (135, "2h 15m"),
        (1680, "1d 4h"),
        (1685, "1d 4h"),
        (-5, "−5m"),
        (0.4, "0m"),
        (-0.4, "0m"),
    ],
)
def test_a_span_is_short(minutes: float, written: str) -> None:
    assert times.span(minutes) == written


@pytest.mark.parametrize(
    ("value", "written"), [(1234, "1,234"), (2.8, "2.8"), (3.0, "3"), (None, "–"), (1234.56, "1,234.6")]
)
def test_figures_are_separated_by_thousands(value: float | None, written: str) -> None:
    assert times.number(value) == written


def test_a_figure_may_fix_its_places() -> None:
    assert times.number(17.24, 1) == "17.2"
    assert times.number(3, 2) == "3.00"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Mara Vogel", "MV"), ("mara", "MA"), ("m.vogel@bank.example", "ME"), ("", "?"), ("…", "?"), ("X", "X")],
)
def test_initials(name: str, letters: str) -> None:
    assert times.initials(name) == letters
