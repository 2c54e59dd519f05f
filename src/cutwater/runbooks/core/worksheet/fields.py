"""The cells of a row, field by field: text, times, durations, people; problems become findings."""

import re
from datetime import datetime, timedelta
from html import unescape

from cutwater.runbooks.core.worksheet import quantities
from cutwater.runbooks.core.worksheet.cells import Sheet, shown
from cutwater.runbooks.core.worksheet.columns import Columns, Field
from cutwater.runbooks.core.worksheet.findings import Findings
from cutwater.runbooks.core.worksheet.moments import read_moment, slashed
from cutwater.runbooks.core.worksheet.plan import KnownNames
from cutwater.runbooks.core.worksheet.quantities import Cell, Unclear

MOMENTS = (Field.PLANNED_START, Field.FIXED_START, Field.DEADLINE)
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


class Fields:
    """Reads the cells of any row, and keeps what one row decides for all, such as the order of dates."""

    def __init__(
        self, sheet: Sheet, columns: Columns, known: KnownNames, zone: str, findings: Findings
    ) -> None:
        self.sheet, self.columns, self.known, self.zone = sheet, columns, known, zone
        self.findings = findings
        self._month_first: bool | None = None
        self._fraction = ""

    def settle_dates(self) -> None:
        """One order of day and month for all dates with slashes, and a warning where it is a guess."""
        texts = {
            where: [str(self.cell(row, where)) for row in self.sheet.rows[self.columns.header_row :]]
            for where in MOMENTS
        }
        self._month_first, doubtful = slashed(text for column in texts.values() for text in column)
        if not doubtful:
            return
        where, row = next(
            (where, column.index(text))
            for where, column in texts.items()
            for text in column
            if text.strip() == doubtful
        )
        self.findings.complain(
            self.columns.header_row + row + 1, where, f"“{doubtful}” is read with the day before the month.",
            "Write it as 2026-10-16, if the month comes first.", warn=True,
        )  # fmt: skip

    def cell(self, row: list[Cell], where: Field) -> Cell:
        position = self.columns.positions.get(where)
        return row[position] if position is not None and position < len(row) else None

    def text(self, number: int, row: list[Cell], where: Field) -> str:
        """A cell's text, decoded and bounded; empty where there is a problem, which becomes a finding."""
        complain = self.findings.complain
        raw = shown(self.cell(row, where))
        if not raw.strip():
            if (number, self.columns.positions.get(where)) in self.sheet.uncomputed:
                empty = "The cell's formula has no stored result."
                complain(number, where, empty, "Open the file in Excel, save it, and upload it again.")
            return ""
        if _EXCEL_ERROR.fullmatch(raw.strip()):
            complain(number, where, f"The cell holds the Excel error {raw.strip()}.", "Correct the formula.")
            return ""
        if _UNSTORABLE.search(raw):
            complain(number, where, "The cell holds a control character.", "Type the text again.")
            return ""
        longest = (
            LONGEST_TEXT if where in _LONG_FIELDS else LONGEST_CODE if where is Field.CODE else LONGEST_LINE
        )
        text = _BREAK.sub("\n", raw)
        if _ENTITY.search(text):
            text = unescape(text)
            decoded = f"HTML codes were decoded: “{text[:60]}”."
            complain(number, where, decoded, "Nothing to do, if it reads well.", warn=True)
        text = _INVISIBLE.sub("", text).replace("\u00a0", " ").strip()
        if where in (Field.CODE, Field.LINKS, Field.DURATION):
            text = text.translate(_DASHES)  # spreadsheets turn - into – as people type
        if len(text) > longest:
            complain(
                number,
                where,
                f"The cell has {len(text):,} characters; at most {longest:,} fit here.",
                "Shorten it.",
            )
            return ""
        if text.startswith("=") and len(text) > 1:
            formula = "The cell starts with “=”: it is kept as text, never computed."
            complain(number, where, formula, "Paste the value if one was meant.", warn=True)
        return text if where in _LONG_FIELDS or where is Field.LINKS else " ".join(text.split())

    def duration(self, number: int, row: list[Cell]) -> int:
        raw = self.cell(row, Field.DURATION)
        if raw is None or isinstance(raw, str):
            raw = self.text(number, row, Field.DURATION)
        if raw == "" or (isinstance(raw, str) and raw.casefold() in quantities.NOTHING):
            if Field.DURATION in self.columns.positions and not self.findings.has(number):
                missing = "No duration: it counts as 0 minutes."
                self.findings.complain(
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
            self.findings.complain(
                number, Field.DURATION, unit, "Name the header Duration (h), if hours are meant.", warn=True
            )
        try:
            return quantities.read_minutes(raw, unit_minutes=self.columns.unit_minutes(Field.DURATION))
        except Unclear as problem:
            self.findings.complain(number, Field.DURATION, problem.message, problem.fix)
            return 0

    def moment(self, number: int, row: list[Cell], where: Field) -> datetime | timedelta | None:
        raw = self.cell(row, where)
        if raw is None or isinstance(raw, str):
            raw = self.text(number, row, where)
        if raw == "":
            return None
        try:
            zone = "UTC" if self.columns.is_utc(where) else self.zone
            return read_moment(raw, zone, month_first=self._month_first)
        except Unclear as problem:
            self.findings.complain(number, where, problem.message, problem.fix)
            return None

    def type(self, number: int, row: list[Cell]) -> str:
        code = self.text(number, row, Field.TYPE).upper()
        if code and self.known.types and code not in self.known.types:
            types = f"Known: {', '.join(sorted(self.known.types))}."
            self.findings.complain(
                number, Field.TYPE, f"Step type “{code}” is unknown: TRT is used.", types, warn=True
            )
            return ""
        return code

    def owner(self, number: int, row: list[Cell]) -> tuple[str, str, str]:
        """Team id, assignee id, and the text that named neither."""
        team_text, owner = self.text(number, row, Field.TEAM), self.text(number, row, Field.OWNER)
        assignee = self.person(number, row, Field.ASSIGNEE)
        team = self.known.teams.get(team_text.casefold(), "")
        note = "" if team else team_text
        if team_text and not team:
            self.findings.unknown(number, Field.TEAM, "team", team_text, self.known.teams)
        if owner:
            owner_team = self.known.teams.get(owner.casefold(), "")
            person = self.known.people.get(owner.casefold(), "")
            team, assignee = team or owner_team, assignee or person
            if not owner_team and not person:
                note = note or owner
                self.findings.unknown(
                    number, Field.OWNER, "team or person", owner, {**self.known.teams, **self.known.people}
                )
        return team, assignee, note

    def person(self, number: int, row: list[Cell], where: Field) -> str:
        text = self.text(number, row, where)
        if text and text.casefold() not in self.known.people:
            self.findings.unknown(number, where, "person", text, self.known.people)
        return self.known.people.get(text.casefold(), "")
