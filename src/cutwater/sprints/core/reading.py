"""Reading cells safely: every refusal and every repair names its file, row and field."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from cutwater.sprints.core.facts import Severity
from cutwater.sprints.core.records import Oddity

TITLE_LIMIT = 500
NAME_LIMIT = 255
TEXT_LIMIT = 100_000
CELL_LIMIT = 32_767
POINTS_LIMIT = Decimal(1_000_000)

_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_FORMULA = re.compile(r"[=@]|[+\-](?!\s*[\d.,])(?=\S*[(!=])")
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d+)?|[.,]\d+)")
_OFFSET = re.compile(r"([+-]\d\d)(\d\d)$")
_WRITTEN_DATES = (
    "%d/%b/%y %I:%M %p", "%d/%b/%Y %I:%M %p", "%d/%b/%y %H:%M", "%d/%b/%y", "%d/%b/%Y",
    "%b %d, %Y, %I:%M %p", "%d.%m.%Y %H:%M", "%d.%m.%Y",
)  # fmt: skip
ISSUE_KEY = re.compile(r"[^\s,;/]{1,200}")


def storable(text: str) -> str:
    """The text without NUL and half characters, which no database can hold."""
    return _UNSTORABLE.sub("", text)


@dataclass(kw_only=True, slots=True)
class Notes:
    """The oddities of one file, collected while it is read."""

    file: str
    oddities: list[Oddity] = field(default_factory=list)

    def add(
        self, code: str, severity: Severity, text: str, *, at: "Spot | None" = None, name: str = ""
    ) -> None:
        """Keep one oddity, with the row and key of the spot it was met at."""
        row, key = (at.row, at.key) if at else (None, "")
        oddity = Oddity(
            code=code,
            severity=severity,
            text=storable(text),
            file=self.file,
            row=row,
            field=storable(name)[:NAME_LIMIT],
            key=storable(key),
        )
        self.oddities.append(oddity)


@dataclass(kw_only=True, slots=True)
class Spot:
    """One row being read: where its complaints go, and which row and key they name."""

    notes: Notes
    row: int | None = None
    key: str = ""

    def error(self, code: str, name: str, text: str) -> None:
        """Report something that makes the import impossible."""
        self.notes.add(code, Severity.ERROR, text, at=self, name=name)

    def warn(self, code: str, name: str, text: str) -> None:
        """Report something that was read, but that a person should look at."""
        self.notes.add(code, Severity.WARNING, text, at=self, name=name)

    def note(self, code: str, name: str, text: str) -> None:
        """Report a harmless repair."""
        self.notes.add(code, Severity.NOTE, text, at=self, name=name)

    def text(self, raw: object, name: str, limit: int = CELL_LIMIT) -> str:
        """The cell as clean text; no text or too long is an error, what no database can hold is removed."""
        if raw is None:
            return ""
        if not isinstance(raw, str):
            if isinstance(raw, dict | list):
                self.error("shape", name, f"a text was expected, not {_shape(raw)}")
                return ""
            raw = str(raw)
        if _UNSTORABLE.search(raw):
            self.warn("unstorable", name, "a NUL or half a character was removed: no database can hold it")
            raw = storable(raw)
        if len(raw) > limit:
            self.error("too_long", name, f"{len(raw):,} characters; at most {limit:,} are kept")
            return ""
        if _ENTITY.search(raw) and (plain := html.unescape(raw)) != raw:
            self.note("html_entity", name, f"HTML entities were decoded: {_short(raw)}")
            raw = storable(plain).replace("\xa0", " ")
        return str(raw).strip()

    def plain(self, raw: object, name: str, limit: int = CELL_LIMIT) -> str:
        """Like `text`, for a cell of a spreadsheet: a formula is kept as the text it is, and said so."""
        if isinstance(raw, str) and "\x00" in raw:
            self.error("nul", name, "contains a NUL character; this is not a text file, or it is damaged")
            return ""
        value = self.text(raw, name, limit)
        if value and _FORMULA.match(value):
            self.warn("formula", name, f"looks like a formula and is kept as plain text: {_short(value)}")
        return value

    def instant(self, raw: object, name: str) -> datetime | None:
        """The moment written in the cell, in UTC; a date that is none is an error with its place."""
        if raw is None or raw == "":
            return None
        try:
            moment = _instant(raw)
            if moment.tzinfo is None and ":" in str(raw):
                self.note("no_zone", name, f"times without a zone are read as UTC: {_short(str(raw))}")
            return _in_utc(moment)
        except (ValueError, OverflowError, TypeError, OSError):
            self.error(
                "date",
                name,
                f"“{_short(str(raw))}” is not a date Cutwater can read (use 2026-11-20T09:30:00+01:00)",
            )
            return None

    def number(self, raw: object, name: str) -> Decimal | None:
        """The number in the cell; a decimal comma is read and noted, anything else is an error."""
        if raw is None or raw == "" or isinstance(raw, bool):
            return None
        if isinstance(raw, str):
            text = raw.strip()
            if not text:
                return None
            if not _NUMBER.fullmatch(text):
                self.error("number", name, f"“{_short(text)}” is not a number")
                return None
            raw = text.replace(",", ".")
            if raw != text:
                self.note("decimal_comma", name, f"the number {text} is read as {raw}")
        return self._bounded(raw, name)

    def _bounded(self, raw: object, name: str) -> Decimal | None:
        try:
            value = Decimal(str(raw))
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or abs(value) > POINTS_LIMIT:
            self.error(
                "number", name, f"“{_short(str(raw))}” is not a number between −1,000,000 and 1,000,000"
            )
            return None
        return value.quantize(Decimal("0.001")).normalize() + 0


def number_like(raw: object) -> bool:
    """Whether a value could be read as a number."""
    if isinstance(raw, bool):
        return False
    return isinstance(raw, int | float | Decimal) or (
        isinstance(raw, str) and bool(_NUMBER.fullmatch(raw.strip()))
    )


def _instant(raw: object) -> datetime:
    if isinstance(raw, bool):
        raise TypeError
    if isinstance(raw, int | float):
        return datetime.fromtimestamp(raw / 1000, UTC)
    return _from_text(str(raw).strip())


def _in_utc(moment: datetime) -> datetime:
    if not 1970 <= moment.year <= 2200:
        raise ValueError(moment)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _from_text(text: str) -> datetime:
    try:
        return datetime.fromisoformat(_OFFSET.sub(r"\1:\2", text) if "T" in text or ":" in text else text)
    except ValueError:
        pass
    for pattern in _WRITTEN_DATES:
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007 - who calls knows that the zone is missing
        except ValueError:
            continue
    raise ValueError(text)


def _short(text: str, limit: int = 60) -> str:
    text = " ".join(text.replace("\x00", "").split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _shape(value: object) -> str:
    return (
        "a list"
        if isinstance(value, list)
        else "an object"
        if isinstance(value, dict)
        else type(value).__name__
    )


def grouped(oddities: list[Oddity], keep: int = 20) -> list[tuple[Oddity, int, list[Oddity]]]:
    """Oddities by code, field and file, worst first: the first, how many, and up to `keep` examples."""
    groups: dict[tuple[str, str, str], list[Oddity]] = {}
    for oddity in oddities:
        groups.setdefault((oddity.code, oddity.field, oddity.file), []).append(oddity)
    order: Callable[[list[Oddity]], int] = lambda group: list(Severity).index(group[0].severity)  # noqa: E731
    return [(group[0], len(group), group[:keep]) for group in sorted(groups.values(), key=order)]
