"""The rows below the header while they are read: steps, moments and findings pile up here."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from html import unescape
from zoneinfo import ZoneInfo

from cutwater.runbooks import quantities
from cutwater.runbooks.cells import Sheet, shown
from cutwater.runbooks.columns import Columns, Field
from cutwater.runbooks.moments import read_moment, slashed
from cutwater.runbooks.plan import (
    DEFAULT_PHASE,
    Known,
    ParsedStep,
    RowProblem,
    Severity,
    read_instructions,
)
from cutwater.runbooks.quantities import Cell, Unclear

LONGEST_LINE = 300
LONGEST_TEXT = 20_000
LONGEST_CODE = 60
_LONG_FIELDS = (Field.INSTRUCTIONS, Field.ROLLBACK)
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z]+\d*);", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_FRACTION = re.compile(r"\d+[.,]\d+")
_EXCEL_ERROR = re.compile(r"#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NULL!|NUM!)")


def plain(cell: Cell) -> str:
    text = _INVISIBLE.sub("", shown(cell)).replace("\u00a0", " ")
    return unescape(text).strip() if "&" in text else text.strip()


class Rows:
    """The rows while they are read: steps, moments and problems pile up here."""

    def __init__(self, sheet: Sheet, columns: Columns, known: Known, zone: str) -> None:
        self.sheet, self.columns, self.known, self.zone = sheet, columns, known, zone
        self.steps: list[ParsedStep] = []
        self.link_cells: list[tuple[ParsedStep, str]] = []
        self.problems: list[RowProblem] = []
        self.moments: dict[Field, dict[str, datetime | timedelta]] = {
            Field.PLANNED_START: {}, Field.FIXED_START: {}, Field.DEADLINE: {},
        }  # fmt: skip
        self.by_code: dict[str, ParsedStep] = {}
        self._heading = ""
        self._phase = ""
        self._continued: list[int] = []
        self._month_first: bool | None = None
        self._fraction = ""
        self._unknown_rows: dict[tuple[Field, str], list[int]] = {}
        self._unknown_names: dict[tuple[Field, str], tuple[str, tuple[str, ...]]] = {}

    def say(self, row: int, column: str, severity: Severity, message: str, fix: str = "") -> None:
        self.problems.append(RowProblem(row=row, column=column, severity=severity, message=message, fix=fix))

    def _complain(self, row: int, where: Field, message: str, fix: str, *, warn: bool = False) -> None:
        severity = Severity.WARNING if warn else Severity.ERROR
        self.say(row, self.columns.header(where), severity, message, fix)

    def read(self) -> None:
        self._settle_dates()
        for at in range(self.columns.header_row, len(self.sheet.rows)):
            cells = self.sheet.rows[at]
            if any(plain(cell) for cell in cells):
                self._read_row(at + 1, cells)

    def _settle_dates(self) -> None:
        """One order of day and month for all dates with slashes, and a word where it is a guess."""
        texts = {
            where: [str(self._cell(row, where)) for row in self.sheet.rows[self.columns.header_row :]]
            for where in self.moments
        }
        self._month_first, doubtful = slashed(each for column in texts.values() for each in column)
        if not doubtful:
            return
        where, row = next(
            (where, column.index(each))
            for where, column in texts.items()
            for each in column
            if each.strip() == doubtful
        )
        self._complain(
            self.columns.header_row + row + 1, where, f"“{doubtful}” is read with the day before the month.",
            "Write it as 2026-10-16, if the month comes first.", warn=True,
        )  # fmt: skip

    def _cell(self, row: list[Cell], where: Field) -> Cell:
        position = self.columns.positions.get(where)
        return row[position] if position is not None and position < len(row) else None

    def _text(self, number: int, row: list[Cell], where: Field) -> str:
        """A cell's text, decoded and bounded; problems are said and the text left out."""
        raw = shown(self._cell(row, where))
        if not raw.strip():
            if (number, self.columns.positions.get(where)) in self.sheet.uncomputed:
                empty = "The cell's formula has no stored result."
                self._complain(number, where, empty, "Open the file in Excel, save it, and upload it again.")
            return ""
        if _EXCEL_ERROR.fullmatch(raw.strip()):
            self._complain(
                number, where, f"The cell holds the Excel error {raw.strip()}.", "Correct the formula."
            )
            return ""
        if _UNSTORABLE.search(raw):
            self._complain(number, where, "The cell holds a control character.", "Type the text again.")
            return ""
        longest = (
            LONGEST_TEXT if where in _LONG_FIELDS else LONGEST_CODE if where is Field.CODE else LONGEST_LINE
        )
        text = _BREAK.sub("\n", raw)
        if _ENTITY.search(text):
            text = unescape(text)
            decoded = f"HTML codes were decoded: “{text[:60]}”."
            self._complain(number, where, decoded, "Nothing to do, if it reads well.", warn=True)
        text = _INVISIBLE.sub("", text).replace("\u00a0", " ").strip()
        if where in (Field.CODE, Field.LINKS, Field.DURATION):
            text = text.translate(_DASHES)  # spreadsheets turn - into – as people type
        if len(text) > longest:
            self._complain(
                number,
                where,
                f"The cell has {len(text):,} characters; at most {longest:,} fit here.",
                "Shorten it.",
            )
            return ""
        if text.startswith("=") and len(text) > 1:
            formula = "The cell starts with “=”: it is kept as text, never computed."
            self._complain(number, where, formula, "Paste the value if one was meant.", warn=True)
        return text if where in _LONG_FIELDS or where is Field.LINKS else " ".join(text.split())

    def _read_row(self, number: int, row: list[Cell]) -> None:
        code, title = self._text(number, row, Field.CODE), self._text(number, row, Field.TITLE)
        if self._is_heading(row, code, title):
            self._heading = self._phase = code or next(plain(cell) for cell in row if plain(cell))
            self.say(number, "", Severity.NOTE, f"Read as the heading of a phase: “{self._heading[:60]}”.")
            return
        if not code:
            if not any(each.row == number for each in self.problems):
                self._complain(
                    number, Field.CODE, "The step has no code.", "Give it a code that no other step has."
                )
            return
        if first := self.by_code.get(code.casefold()):
            self._complain(
                number,
                Field.CODE,
                f"The code {code} is already used in row {first.row}.",
                "Give it another code.",
            )
            return
        if not title:
            if not any(each.row == number for each in self.problems):
                self._complain(
                    number, Field.TITLE, f"{code} has no title.", "Say in a few words what is done."
                )
            title = code
        step = self._step(number, row, code, title)
        self.by_code[code.casefold()] = step
        self.steps.append(step)
        links = self._text(number, row, Field.LINKS)
        if links:
            self.link_cells.append((step, links))

    def _is_heading(self, row: list[Cell], code: str, title: str) -> bool:
        """One filled cell and no more, unless it looks like a code, or a step whose code was forgotten."""
        filled = [plain(cell) for cell in row if plain(cell)]
        if len(filled) != 1 or len(filled[0]) > LONGEST_LINE:
            return False
        if title:
            return Field.PHASE not in self.columns.positions
        return not re.search(r"\d", code) and (not code or code != code.upper())

    def _step(self, number: int, row: list[Cell], code: str, title: str) -> ParsedStep:
        team, assignee, note = self._owner(number, row)
        for where, moments in self.moments.items():
            moment = self._moment(number, row, where)
            if moment is not None:
                moments[code] = moment
        return ParsedStep(
            row=number, code=code, title=title,
            sequence=self._text(number, row, Field.SEQUENCE),
            phase=self._phase_of(number, row),
            type=self._type(number, row), team=team, assignee=assignee, owner_note=note,
            deputy=self._person(number, row, Field.DEPUTY),
            duration_minutes=self._duration(number, row),
            environment=self._text(number, row, Field.ENVIRONMENT).upper(),
            labels=tuple(dict.fromkeys(re.findall(r"[^,;|\s]+", self._text(number, row, Field.LABELS)))),
            instructions=tuple(read_instructions(self._text(number, row, Field.INSTRUCTIONS))),
            rollback=self._text(number, row, Field.ROLLBACK),
        )  # fmt: skip

    def _phase_of(self, number: int, row: list[Cell]) -> str:
        """The row's own phase; where it is blank, the one above goes on, as a reader would take it."""
        found = self._text(number, row, Field.PHASE)
        if not found and self._phase and not self._heading:
            self._continued.append(number)
        self._phase = found or self._phase
        self._heading = "" if found else self._heading
        return self._phase or DEFAULT_PHASE

    def _duration(self, number: int, row: list[Cell]) -> int:
        raw = self._cell(row, Field.DURATION)
        if raw is None or isinstance(raw, str):
            raw = self._text(number, row, Field.DURATION)
        if raw == "" or (isinstance(raw, str) and raw.casefold() in quantities.NOTHING):
            if Field.DURATION in self.columns.positions and not any(p.row == number for p in self.problems):
                missing = "No duration: it counts as 0 minutes."
                self._complain(
                    number, Field.DURATION, missing, "Give one, unless it is a milestone.", warn=True
                )
            return 0
        if (
            not self._fraction
            and not self.columns.names_unit(Field.DURATION)
            and _FRACTION.fullmatch(str(raw))
        ):
            self._fraction = f"{raw}"
            unit = f"“{raw}” has no unit: it and its like are read as minutes."
            self._complain(
                number, Field.DURATION, unit, "Name the header Duration (h), if hours are meant.", warn=True
            )
        try:
            return quantities.read_minutes(raw, unit_minutes=self.columns.unit_minutes(Field.DURATION))
        except Unclear as problem:
            self._complain(number, Field.DURATION, problem.message, problem.fix)
            return 0

    def _moment(self, number: int, row: list[Cell], where: Field) -> datetime | timedelta | None:
        raw = self._cell(row, where)
        if raw is None or isinstance(raw, str):
            raw = self._text(number, row, where)
        if raw == "":
            return None
        try:
            zone = "UTC" if self.columns.is_utc(where) else self.zone
            return read_moment(raw, zone, month_first=self._month_first)
        except Unclear as problem:
            self._complain(number, where, problem.message, problem.fix)
            return None

    def _type(self, number: int, row: list[Cell]) -> str:
        found = self._text(number, row, Field.TYPE).upper()
        if found and self.known.types and found not in self.known.types:
            types = f"Known: {', '.join(sorted(self.known.types))}."
            self._complain(
                number, Field.TYPE, f"Step type “{found}” is unknown: TRT is used.", types, warn=True
            )
            return ""
        return found

    def _owner(self, number: int, row: list[Cell]) -> tuple[str, str, str]:
        """Team id, assignee id, and the text that named neither."""
        team_text, owner = self._text(number, row, Field.TEAM), self._text(number, row, Field.OWNER)
        assignee = self._person(number, row, Field.ASSIGNEE)
        team = self.known.teams.get(team_text.casefold(), "")
        note = "" if team else team_text
        if team_text and not team:
            self._unknown(number, Field.TEAM, "team", team_text, self.known.teams)
        if owner:
            owner_team = self.known.teams.get(owner.casefold(), "")
            person = self.known.people.get(owner.casefold(), "")
            team, assignee = team or owner_team, assignee or person
            if not owner_team and not person:
                note = note or owner
                self._unknown(
                    number, Field.OWNER, "team or person", owner, {**self.known.teams, **self.known.people}
                )
        return team, assignee, note

    def _person(self, number: int, row: list[Cell], where: Field) -> str:
        text = self._text(number, row, where)
        if text and text.casefold() not in self.known.people:
            self._unknown(number, where, "person", text, self.known.people)
        return self.known.people.get(text.casefold(), "")

    def _unknown(self, number: int, where: Field, what: str, text: str, names: Iterable[str]) -> None:
        rows = self._unknown_rows.setdefault((where, text), [])
        rows.append(number)
        if len(rows) == 1:
            self._unknown_names[where, text] = (what, tuple(names))

    def say_continued(self) -> None:
        """One finding for all rows that leave their phase blank."""
        if self._continued:
            many = f" ({len(self._continued)} rows)" if len(self._continued) > 1 else ""
            blank = f"The phase is blank{many}: the one above goes on."
            self.say(self._continued[0], self.columns.header(Field.PHASE), Severity.NOTE, blank)

    def say_unknown(self) -> None:
        """One finding per unknown name, however many rows it is in."""
        for (where, text), (what, names) in self._unknown_names.items():
            rows = self._unknown_rows[where, text]
            close = get_close_matches(text.casefold(), names, n=1, cutoff=0.7)
            hint = f"Did you mean “{close[0]}”? " if close else ""
            more = f" ({len(rows)} rows)" if len(rows) > 1 else ""
            message = f"No {what} is called “{text[:60]}”{more}; the name is kept as a remark."
            fix = hint + "Create it, or correct the name, to let them act on the step."
            self._complain(rows[0], where, message, fix, warn=True)

    def zero(self) -> datetime | None:
        """The moment offsets count from: the earliest planned start, else the earliest time there is."""
        for where in (Field.PLANNED_START, Field.FIXED_START, Field.DEADLINE):
            found = [each for each in self.moments[where].values() if isinstance(each, datetime)]
            if found:
                first = min(found)
                midnight = first.astimezone(ZoneInfo(self.zone)).replace(hour=0, minute=0)
                return midnight.astimezone(UTC) if where is Field.DEADLINE else first
        return None

    def dated(self, zero: datetime | None) -> list[ParsedStep]:
        """The steps with their moments as minutes from the start."""

        def offset(where: Field, code: str) -> int | None:
            moment = self.moments[where].get(code)
            if isinstance(moment, datetime) and zero is not None:
                moment = moment - zero
            return int(moment.total_seconds() // 60) if isinstance(moment, timedelta) else None

        return [
            replace(
                step,
                planned_offset=offset(Field.PLANNED_START, step.code),
                fixed_offset=offset(Field.FIXED_START, step.code),
                deadline_offset=offset(Field.DEADLINE, step.code),
            )
            for step in self.steps
        ]
