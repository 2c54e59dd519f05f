"""What people type into worksheets for durations and links; each error comes with its fix."""

import re
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from math import ceil

from cutwater.kernel.frozen import frozen
from cutwater.runbooks.core.critical_path import LinkKind

Cell = str | int | float | bool | datetime | date | time | timedelta | None

LONGEST_MINUTES = 366 * 24 * 60

_UNITS = {
    "s": 1 / 60, "sec": 1 / 60, "secs": 1 / 60, "second": 1 / 60, "seconds": 1 / 60,
    "m": 1, "mn": 1, "min": 1, "mins": 1, "minute": 1, "minutes": 1, "minuten": 1, "'": 1,
    "h": 60, "hr": 60, "hrs": 60, "hour": 60, "hours": 60, "std": 60, "stunde": 60, "stunden": 60,
    "heure": 60, "heures": 60,
    "d": 1440, "day": 1440, "days": 1440, "j": 1440, "jour": 1440, "jours": 1440, "tag": 1440, "tage": 1440,
    "w": 10080, "wk": 10080, "week": 10080, "weeks": 10080,
}  # fmt: skip
_UNITS |= {f"e{word}": minutes for word, minutes in _UNITS.items()}  # Project's elapsed time: 2 edays
NOTHING = frozenset({"-", "--", "/", ".", "n/a", "na", "none", "nil", "null"})  # how people write a blank
# 26:00 in a cell formatted as a clock is the second hour of the first day of Excel's calendar
EXCEL_LONG_CLOCK = datetime(1899, 12, 31)  # noqa: DTZ001 — a workbook knows no zones
_PART = re.compile(r"(\d+(?:[.,]\d+)?)\s*([a-z']*)\.?")
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?")
_ISO = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.IGNORECASE)
DURATION_FIX = "Write it as 45m, 1.5h, 2h 30m, 1:30, 1d, or plain minutes such as 90."


class Unclear(ValueError):
    """A cell that cannot be read; the message says why, `fix` what to write instead."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


def read_minutes(value: Cell, *, unit_minutes: float = 1) -> int:
    """A duration in whole minutes (seconds are rounded up); a bare number counts in the column's unit."""
    minutes = _minutes(value, unit_minutes)
    if minutes < 0:
        raise Unclear(f"“{value}” is a negative duration.", DURATION_FIX)
    if minutes > LONGEST_MINUTES:
        raise Unclear(f"“{short(value)}” is longer than a year.", DURATION_FIX)
    return ceil(round(minutes, 6))


def _minutes(value: Cell, unit_minutes: float) -> float:
    if isinstance(value, timedelta):
        return value.total_seconds() / 60
    if isinstance(value, datetime) and value.year in (1899, 1900):
        return (value - EXCEL_LONG_CLOCK).total_seconds() / 60
    if isinstance(value, time):
        return value.hour * 60 + value.minute + value.second / 60
    if isinstance(value, int | float) and not isinstance(value, bool):
        if value != value or value in (float("inf"), float("-inf")):
            raise Unclear("This is not a number.", DURATION_FIX)
        return value * unit_minutes
    if not isinstance(value, str):
        raise Unclear(f"“{value}” is not a duration.", DURATION_FIX)
    text = value.strip().lower()
    if clock := _CLOCK.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return hours * 60 + minutes + seconds / 60
    if len(text) > 2 and (iso := _ISO.fullmatch(text)):
        days, hours, minutes, seconds = (int(part or 0) for part in iso.groups())
        return days * 1440 + hours * 60 + minutes + seconds / 60
    return _spelled(text, value, unit_minutes)


def _spelled(text: str, value: str, unit_minutes: float) -> float:
    total, at, last = 0.0, 0, 0.0
    compact = re.sub(r"[\s,]*\band\b[\s,]*|[\s+]+", " ", text).strip()
    while at < len(compact):
        part = _PART.match(compact, at)
        if part is None:
            raise Unclear(f"“{short(value)}” is not a duration.", DURATION_FIX)
        number = float(part[1].replace(",", "."))
        word = part[2]
        if word and word not in _UNITS:
            raise Unclear(f"“{short(value)}” has a unit nobody knows: “{word}”.", DURATION_FIX)
        if not word and last == 60:
            factor: float = 1  # 2h30
        elif not word and total:
            raise Unclear(f"“{short(value)}” has a number without a unit.", DURATION_FIX)
        else:
            factor = _UNITS[word] if word else unit_minutes
        total, last, at = total + number * factor, _UNITS.get(word, 0.0), part.end()
        while at < len(compact) and compact[at] == " ":
            at += 1
    if not compact:
        raise Unclear("The duration is empty.", DURATION_FIX)
    return total


@frozen
class LinkText:
    """One predecessor as written: its code (perhaps unknown), kind, lag and hardness."""

    code: str
    kind: LinkKind = LinkKind.FS
    lag_minutes: int = 0
    hard: bool = True


LINK_FIX = (
    "Write the code of a step, perhaps with kind and lag: A-5, A-5 FS+30, A-5 SS-1h; separate by commas."
)
_SEPARATORS = re.compile(r"[,;|\n\r\t]+|\s+(?:and|&)\s+")
_KIND = re.compile(
    r"^(.+?)[\s:(\[]*(FS|SS|FF|SF)[)\]]?\s*(?:([+-])\s*(.+?)|[\s:]*(?:lag\s+)?(\d.*?))?[)\]]?$", re.IGNORECASE
)
_BARE_LAG = re.compile(r"^(.+?)(?:\s+-|\s*\+)\s*(\d[^+-]*)$")
_SOFT = re.compile(r"[\s(\[]+soft[)\]]?$|\?$", re.IGNORECASE)
_IN_WORDS = re.compile(r"\b(f)inish[\s-]*to[\s-]*([sf])\w+|\b(s)tart[\s-]*to[\s-]*([sf])\w+", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"((?:FS|SS|FF|SF)\s*[+-]\s*\d+),(\d+\s*[a-z])", re.IGNORECASE)


def split_links(text: str, known: Collection[str]) -> list[str]:
    """The single references in a cell; blanks, / and + separate only where every part is a known code."""
    tokens: list[str] = []
    for token in (part.strip() for part in _SEPARATORS.split(_DECIMAL_COMMA.sub(r"\1.\2", text))):
        if token.casefold() in known:
            tokens.append(token)
        elif token and token.casefold() not in NOTHING:
            tokens += _parts(token, known) or [token]
    return tokens


def _parts(token: str, known: Collection[str]) -> list[str]:
    for separator in (r"\s+", r"\s*/\s*", r"\s+\+\s+"):
        parts = re.split(separator, token)
        is_sum = "+" in separator and any(part.isdecimal() for part in parts)
        if len(parts) > 1 and not is_sum and all(part.casefold() in known for part in parts):
            return parts
    return []


def read_link(token: str, known: Collection[str]) -> LinkText:
    """One reference. Codes may end in letters such as SS or in -5: what is a known code (casefolded) wins."""
    hard = True
    soft = None if token.casefold() in known else _SOFT.search(token)
    if soft and (before := token[: soft.start()].strip()):
        token, hard = before, False
    if token.casefold() in known:
        return LinkText(code=token, hard=hard)
    if token.endswith(".0") and token[:-2].casefold() in known:  # a whole number that was saved as 14.0
        return LinkText(code=token[:-2], hard=hard)
    token = _IN_WORDS.sub(lambda words: "".join(letter for letter in words.groups() if letter).upper(), token)
    with_kind, bare = _KIND.match(token), _BARE_LAG.match(token)
    if with_kind and with_kind[1].strip().casefold() in known:
        return _link(with_kind[1], with_kind[2], with_kind[3], with_kind[4] or with_kind[5], hard)
    if bare and bare[1].strip().casefold() in known:
        return _link(bare[1], "FS", "+" if "+" in token else "-", bare[2], hard)
    if with_kind and (with_kind[3] or re.search(r"[\s:(\d]$", token[: with_kind.start(2)])):
        return _link(with_kind[1], with_kind[2], with_kind[3], with_kind[4] or with_kind[5], hard)
    return LinkText(code=token, hard=hard)


def _link(code: str, kind: str, sign: str | None, lag: str | None, hard: bool) -> LinkText:
    minutes = 0
    if lag:
        if lag.rstrip().endswith("%"):
            raise Unclear(
                f"“{sign or ''}{lag}” is a share, not a time.", "Write the lag in minutes or hours."
            )
        minutes = read_minutes(lag) * (-1 if sign == "-" else 1)
    return LinkText(code=code.strip(), kind=LinkKind(kind.upper()), lag_minutes=minutes, hard=hard)


def short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:39] + "…"
