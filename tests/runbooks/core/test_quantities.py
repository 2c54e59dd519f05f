"""Durations, links and moments as people type them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cutwater.runbooks.core.critical_path import LinkKind
from cutwater.runbooks.core.worksheet.moments import read_moment, slashed
from cutwater.runbooks.core.worksheet.quantities import (
    LinkText,
    Unclear,
    read_link,
    read_minutes,
    split_links,
)

FS, SS, FF, SF = LinkKind.FS, LinkKind.SS, LinkKind.FF, LinkKind.SF


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("45m", 45), ("1.5h", 90), ("1,5h", 90), ("2h 30m", 150), ("2h30m", 150), ("2h30", 150), ("90", 90),
        (90, 90), (90.0, 90), ("30 min", 30), ("30 mins.", 30), ("1 hour", 60), ("1 hour and 5 minutes", 65),
        ("1d", 1440), ("1d 2h", 1560), ("1:30", 90), ("01:30:00", 90), ("0:00:30", 1), ("30s", 1), ("0", 0),
        ("1 hr 15", 75), ("2 edays", 2880), ("1 Stunde", 60), (datetime(1900, 1, 1, 2), 1560),
        ("PT1H30M", 90), ("P1DT2H", 1560), (timedelta(hours=2), 120), (time(1, 15), 75), (0.5, 1),
        ("2 W", 20160),
    ],
)  # fmt: skip
def test_a_duration_is_read_in_minutes(written: object, minutes: int) -> None:
    assert read_minutes(written) == minutes  # type: ignore[arg-type]


def test_bare_numbers_count_in_the_columns_unit_and_written_units_win() -> None:
    assert read_minutes("2", unit_minutes=60) == 120
    assert read_minutes(1.5, unit_minutes=60) == 90
    assert read_minutes("45m", unit_minutes=60) == 45


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("soon", "not a duration"), ("", "empty"), ("-5", "not a duration"), (-5, "negative"),
        ("5 parsecs", "parsecs"),
        ("1h 20 30", "without a unit"), (True, "not a duration"), (float("nan"), "not a number"),
        ("999999999d", "longer than a year"), (date(2026, 1, 1), "not a duration"),
        ("=A1+5", "not a duration"), ("x" * 200_000, "not a duration"),
    ],
)  # fmt: skip
def test_what_is_no_duration_says_so_and_names_the_fix(written: object, why: str) -> None:
    with pytest.raises(Unclear, match=why) as caught:
        read_minutes(written)  # type: ignore[arg-type]
    assert caught.value.fix
    assert len(caught.value.message) < 120


@given(st.text(max_size=40) | st.floats() | st.integers())
def test_any_cell_is_read_as_minutes_or_refused(written: str | float) -> None:
    try:
        minutes = read_minutes(written)
    except Unclear:
        return
    assert 0 <= minutes <= 366 * 1440


KNOWN = {"a-5", "a-51", "press", "5", "mig ss", "b 2"}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("A-5", LinkText(code="A-5")),
        ("A-5 FS+30", LinkText(code="A-5", lag_minutes=30)),
        ("A-5FS+30", LinkText(code="A-5", lag_minutes=30)),
        ("A-5SS-1h", LinkText(code="A-5", kind=SS, lag_minutes=-60)),
        ("A-5 ss", LinkText(code="A-5", kind=SS)),
        ("A-5 (FF + 1h 30m)", LinkText(code="A-5", kind=FF, lag_minutes=90)),
        ("A-5:SF", LinkText(code="A-5", kind=SF)),
        ("A-5 +15", LinkText(code="A-5", lag_minutes=15)),
        ("5SS+2h", LinkText(code="5", kind=SS, lag_minutes=120)),
        ("PRESS", LinkText(code="PRESS")),
        ("PRESS+30", LinkText(code="PRESS", lag_minutes=30)),
        ("PRESS SS+30", LinkText(code="PRESS", kind=SS, lag_minutes=30)),
        ("mig ss", LinkText(code="mig ss")),
        ("A-5 soft", LinkText(code="A-5", hard=False)),
        ("A-5 FS+10 (soft)", LinkText(code="A-5", lag_minutes=10, hard=False)),
        ("A-9", LinkText(code="A-9")),
        ("A-5-9", LinkText(code="A-5-9")),
        ("A-5 - 9", LinkText(code="A-5", lag_minutes=-9)),
        ("A-9 FS+30", LinkText(code="A-9", lag_minutes=30)),
        ("CHASSIS", LinkText(code="CHASSIS")),
        ("A-5 [FS+30]", LinkText(code="A-5", lag_minutes=30)),
        ("A-5 FS 30", LinkText(code="A-5", lag_minutes=30)),
        ("A-5:SS:30", LinkText(code="A-5", kind=SS, lag_minutes=30)),
        ("A-5 SS lag 1h", LinkText(code="A-5", kind=SS, lag_minutes=60)),
        ("A-5 finish-to-finish +10", LinkText(code="A-5", kind=FF, lag_minutes=10)),
        ("A-5 Start to Start", LinkText(code="A-5", kind=SS)),
        ("5FS+2 edays", LinkText(code="5", lag_minutes=2880)),
        ("5.0", LinkText(code="5")),
        ("PRESS 5", LinkText(code="PRESS 5")),
        ("?", LinkText(code="?")),
    ],
)
def test_a_link_is_read_with_its_kind_and_lag(written: str, expected: LinkText) -> None:
    assert read_link(written, KNOWN) == expected


@pytest.mark.parametrize("written", ["A-5 FS+50%", "A-5 FS+soonish"])
def test_an_unreadable_lag_is_refused(written: str) -> None:
    with pytest.raises(Unclear):
        read_link(written, KNOWN)


@pytest.mark.parametrize(
    ("cell", "tokens"),
    [
        ("A-5, A-51", ["A-5", "A-51"]),
        ("A-5;A-51|5", ["A-5", "A-51", "5"]),
        ("A-5\nA-51", ["A-5", "A-51"]),
        ("A-5 and A-51", ["A-5", "A-51"]),
        ("A-5 A-51", ["A-5", "A-51"]),
        ("A-5 FS+30, 5", ["A-5 FS+30", "5"]),
        ("B 2", ["B 2"]),
        (" , ;", []),
        ("A-5/A-51", ["A-5", "A-51"]),
        ("A-5 + A-51", ["A-5", "A-51"]),
        ("A-5 + 5", ["A-5 + 5"]),
        ("A-5 FS+1,5h", ["A-5 FS+1.5h"]),
        ("A-5 FS+1,5", ["A-5 FS+1", "5"]),
        ("n/a", []),
        ("-", []),
    ],
)
def test_a_cell_is_split_into_its_links(cell: str, tokens: list[str]) -> None:
    assert split_links(cell, KNOWN) == tokens


@example("?")
@example("(soft)")
@given(st.text(max_size=60))
def test_any_cell_of_links_is_read_or_refused(cell: str) -> None:
    for token in split_links(cell, KNOWN):
        try:
            found = read_link(token, KNOWN)
        except Unclear:
            continue
        assert found.code


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-10-16 22:00", datetime(2026, 10, 16, 22, tzinfo=UTC)),
        ("2026-10-16T22:00:00Z", datetime(2026, 10, 16, 22, tzinfo=UTC)),
        ("2026-10-16 22:00 +02:00", datetime(2026, 10, 16, 20, tzinfo=UTC)),
        ("16.10.2026 22:00", datetime(2026, 10, 16, 22, tzinfo=UTC)),
        ("10/16/2026 10:00 pm", datetime(2026, 10, 16, 22, tzinfo=UTC)),
        ("16/10/26 22h", datetime(2026, 10, 16, 22, tzinfo=UTC)),
        ("2026-10-16", datetime(2026, 10, 16, tzinfo=UTC)),
        ("16 Oct 2026 22:00", datetime(2026, 10, 16, 22, tzinfo=UTC)),
        ("Fri, 16-Oct-26 22:00", datetime(2026, 10, 16, 22, tzinfo=UTC)),
        ("October 16th, 2026 10 pm", datetime(2026, 10, 16, 22, tzinfo=UTC)),
        (46311.9166667, datetime(2026, 10, 16, 22, tzinfo=UTC)),
        ("46311", datetime(2026, 10, 16, tzinfo=UTC)),
        (date(2026, 10, 16), datetime(2026, 10, 16, tzinfo=UTC)),
        (datetime(2026, 10, 16, 22), datetime(2026, 10, 16, 22, tzinfo=UTC)),
        ("T+2h 30m", timedelta(minutes=150)),
        ("T-45", timedelta(minutes=-45)),
        ("T0", timedelta()),
    ],
)
def test_a_moment_is_read(written: object, expected: object) -> None:
    assert read_moment(written, "UTC") == expected  # type: ignore[arg-type]


def test_a_moment_without_an_offset_is_in_the_given_zone() -> None:
    found = read_moment("2026-10-16 22:00", "Europe/Zurich")
    assert found == datetime(2026, 10, 16, 22, tzinfo=ZoneInfo("Europe/Zurich"))


@pytest.mark.parametrize(
    "written",
    [
        "22:00",
        "tomorrow",
        "2026-13-40 22:00",
        "31.02.2026",
        44.9,
        True,
        "2026-10-16 25:00",
        "16 Och 2026 22:00",
        "0026-10-16 22:00",
        datetime(9999, 12, 31),
    ],
)
def test_what_is_no_moment_is_refused_with_a_fix(written: object) -> None:
    with pytest.raises(Unclear) as caught:
        read_moment(written, "UTC")  # type: ignore[arg-type]
    assert "2026-10-16 22:00" in caught.value.fix


def test_two_moments_of_a_night_that_is_an_hour_longer_lie_nine_hours_apart() -> None:
    first, last = (read_moment(each, "Europe/Zurich") for each in ("2026-10-24 22:00", "2026-10-25 06:00"))
    assert isinstance(first, datetime)
    assert isinstance(last, datetime)
    assert last - first == timedelta(hours=9)


@pytest.mark.parametrize(
    ("texts", "month_first", "doubtful"),
    [
        (["10/09/2026 22:00", "10/16/2026 06:00"], True, ""),
        (["10/09/2026 22:00", "16/10/2026 06:00"], False, ""),
        (["", "10/09/2026 22:00", "11/09/2026"], None, "10/09/2026 22:00"),
        (["10/10/2026 22:00", "10.09.2026", "2026/10/09"], None, ""),
    ],
)
def test_one_date_that_reads_one_way_only_decides_for_the_sheet(
    texts: list[str], month_first: bool | None, doubtful: str
) -> None:
    assert slashed(texts) == (month_first, doubtful)


def test_a_date_against_the_order_of_its_sheet_is_refused() -> None:
    assert read_moment("10/09/2026", "UTC", month_first=True) == datetime(2026, 10, 9, tzinfo=UTC)
    with pytest.raises(Unclear):
        read_moment("16/10/2026", "UTC", month_first=True)
