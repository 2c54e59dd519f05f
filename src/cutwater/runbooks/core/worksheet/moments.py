"""What people type into worksheets for a moment: dates in any order, Excel's day numbers, T+2h."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cutwater.runbooks.core.worksheet.quantities import Cell, Unclear, read_minutes, short

MOMENT_FIX = "Write it as 2026-10-16 22:00, 16.10.2026 22:00, or relative to the start: T+2h 30m."
YEARS = range(1970, 2200)
EXCEL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 — a workbook knows no zones
EXCEL_DAYS = range(25_569, 110_000)  # the same years, as Excel numbers days
_RELATIVE = re.compile(r"t(?:0)?\s*(?:([+-])\s*(.+))?", re.IGNORECASE)
_DATED = re.compile(
    r"(?P<a>\d{1,4})(?P<mark>[-./])(?P<b>\d{1,2})[-./](?P<c>\d{2,4})"
    r"(?:[T\s,]+(?P<hour>\d{1,2})"
    r"(?:[:h](?P<minute>\d{2})?(?::(?P<second>\d{2})(?:\.\d+)?)?\s*(?P<half>am|pm)?|\s*(?P<sharp>am|pm)))?"
    r"\s*(?P<zone>z|utc|gmt|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\.?"
_YEAR = r"(?P<year>\d{4}|\d{2})(?!\d|:)"
_NAMED = tuple(
    re.compile(rf"(?:[a-z]+\.?,?\s+)?{first}[-\s/]*{second}[-\s/,]+{_YEAR}", re.IGNORECASE)
    for first, second in ((_DAY, _MONTH), (_MONTH, _DAY))
)


def read_moment(value: Cell, zone: str, *, month_first: bool | None = None) -> datetime | timedelta:
    """A moment in UTC, or an offset from the run's start (`T+2h`). Times without an offset are in `zone`.

    `month_first` says what 10/11/2026 means in this sheet; without it the day comes first where it can.
    """
    if isinstance(value, datetime):
        return _in_utc(value if value.tzinfo else value.replace(tzinfo=ZoneInfo(zone)), value)
    if isinstance(value, date):
        return _in_utc(datetime.combine(value, time(), ZoneInfo(zone)), value)
    if (days := _excel_days(value)) is not None:
        minutes = round(days * 1440)
        return _in_utc((EXCEL_ZERO + timedelta(minutes=minutes)).replace(tzinfo=ZoneInfo(zone)), value)
    if not isinstance(value, str):
        raise Unclear(f"“{value}” is not a date and time.", MOMENT_FIX)
    text = value.strip()
    if relative := _RELATIVE.fullmatch(text):
        minutes = read_minutes(relative[2]) if relative[2] else 0
        return timedelta(minutes=-minutes if relative[1] == "-" else minutes)
    dated = _DATED.fullmatch(_numbered(text))
    if dated is None:
        raise Unclear(f"“{short(value)}” is not a date and time.", MOMENT_FIX)
    try:
        return _in_utc(_dated(dated, zone, month_first), value)
    except ValueError:
        raise Unclear(f"“{short(value)}” is not a day of the calendar.", MOMENT_FIX) from None


def slashed(texts: Iterable[str]) -> tuple[bool | None, str]:
    """Whether the month comes first in dates such as 10/16/2026, and one that leaves it open (else "").

    One date that can be read in one way only decides for the whole sheet.
    """
    order, doubtful = None, ""
    for text in texts:
        dated = _DATED.fullmatch(text.strip())
        if dated is None or dated["mark"] != "/" or len(dated["a"]) > 2:
            continue
        a, b = int(dated["a"]), int(dated["b"])
        if b > 12 >= a:
            order = True
        elif a > 12 >= b and order is None:
            order = False
        elif a != b and not doubtful:
            doubtful = text.strip()
    return order, doubtful if order is None else ""


def _in_utc(moment: datetime, written: object) -> datetime:
    # in UTC, because moments of one zone are subtracted by their clocks, which jump twice a year
    if moment.year not in YEARS:
        raise Unclear(f"“{short(written)}” is too far away to be meant.", MOMENT_FIX)
    return moment.astimezone(UTC)


def _excel_days(value: Cell) -> float | None:
    if isinstance(value, str) and re.fullmatch(r"\d{5}(?:\.\d+)?", value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if EXCEL_DAYS.start <= value < EXCEL_DAYS.stop else None


def _numbered(text: str) -> str:
    """`16 Oct 2026 22:00`, `Oct 16, 2026 22:00` → `2026-10-16 22:00`."""
    for pattern in _NAMED:
        if named := pattern.match(text):
            year = int(named["year"]) + (2000 if len(named["year"]) == 2 else 0)
            month = _MONTHS.index(named["month"].lower()) + 1
            return f"{year:04d}-{month:02d}-{int(named['day']):02d}{text[named.end() :]}"
    return text


def _dated(dated: re.Match[str], zone: str, month_first: bool | None) -> datetime:
    a, b, c = int(dated["a"]), int(dated["b"]), int(dated["c"])
    if len(dated["a"]) == 4:
        year, month, day = a, b, c
    else:
        year = c + 2000 if c < 100 else c
        decided = month_first if dated["mark"] == "/" else None
        swap = decided if decided is not None else b > 12 >= a
        day, month = (b, a) if swap else (a, b)
    hour = int(dated["hour"] or 0)
    if half := (dated["half"] or dated["sharp"] or "").lower():
        hour = hour % 12 + (12 if half == "pm" else 0)
    local = datetime(
        year, month, day, hour, int(dated["minute"] or 0), int(dated["second"] or 0), tzinfo=ZoneInfo(zone)
    )
    written = (dated["zone"] or "").lower()
    if not written:
        return local
    if written in ("z", "utc", "gmt"):
        return local.replace(tzinfo=UTC)
    return datetime.fromisoformat(f"{local.replace(tzinfo=None).isoformat()}{written[:3]}:{written[-2:]}")
