"""The rows below the header → steps, their links as written, and their moments."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cutwater.runbooks.core.worksheet.cells import Sheet
from cutwater.runbooks.core.worksheet.columns import Columns, Field
from cutwater.runbooks.core.worksheet.fields import LONGEST_LINE, MOMENTS, Fields, plain
from cutwater.runbooks.core.worksheet.findings import Findings
from cutwater.runbooks.core.worksheet.plan import (
    DEFAULT_PHASE,
    KnownNames,
    ParsedStep,
    Severity,
    read_instructions,
)
from cutwater.runbooks.core.worksheet.quantities import Cell

_LABEL = re.compile(r"[^,;|\s]+")


class StepReader:
    """The rows while they are read: each becomes a step, a heading, or a finding."""

    def __init__(self, sheet: Sheet, columns: Columns, known: KnownNames, zone: str) -> None:
        self.sheet, self.columns, self.zone = sheet, columns, zone
        self.findings = Findings(columns)
        self.fields = Fields(sheet, columns, known, zone, self.findings)
        self.steps: list[ParsedStep] = []
        self.link_cells: list[tuple[ParsedStep, str]] = []
        self.moments: dict[Field, dict[str, datetime | timedelta]] = {where: {} for where in MOMENTS}
        self.by_code: dict[str, ParsedStep] = {}
        self._heading = ""
        self._phase = ""

    def read(self) -> None:
        self.fields.settle_dates()
        for at in range(self.columns.header_row, len(self.sheet.rows)):
            cells = self.sheet.rows[at]
            if any(plain(cell) for cell in cells):
                self._read_row(at + 1, cells)

    def _read_row(self, number: int, row: list[Cell]) -> None:
        code, title = self.fields.text(number, row, Field.CODE), self.fields.text(number, row, Field.TITLE)
        if self._is_heading(row, code, title):
            self._heading = self._phase = code or next(plain(cell) for cell in row if plain(cell))
            self.findings.say(
                number, "", Severity.NOTE, f"Read as the heading of a phase: “{self._heading[:60]}”."
            )
            return
        if not code:
            if not self.findings.has(number):
                self.findings.complain(
                    number, Field.CODE, "The step has no code.", "Give it a code that no other step has."
                )
            return
        if first := self.by_code.get(code.casefold()):
            self.findings.complain(
                number,
                Field.CODE,
                f"The code {code} is already used in row {first.row}.",
                "Give it another code.",
            )
            return
        if not title:
            if not self.findings.has(number):
                self.findings.complain(
                    number, Field.TITLE, f"{code} has no title.", "Say in a few words what is done."
                )
            title = code
        step = self._step(number, row, code, title)
        self.by_code[code.casefold()] = step
        self.steps.append(step)
        links = self.fields.text(number, row, Field.LINKS)
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
        team, assignee, note = self.fields.owner(number, row)
        for where, moments in self.moments.items():
            moment = self.fields.moment(number, row, where)
            if moment is not None:
                moments[code] = moment
        return ParsedStep(
            row=number, code=code, title=title,
            sequence=self.fields.text(number, row, Field.SEQUENCE),
            phase=self._phase_of(number, row),
            type=self.fields.type(number, row), team=team, assignee=assignee, owner_note=note,
            deputy=self.fields.person(number, row, Field.DEPUTY),
            duration_minutes=self.fields.duration(number, row),
            environment=self.fields.text(number, row, Field.ENVIRONMENT).upper(),
            labels=tuple(dict.fromkeys(_LABEL.findall(self.fields.text(number, row, Field.LABELS)))),
            instructions=tuple(read_instructions(self.fields.text(number, row, Field.INSTRUCTIONS))),
            rollback=self.fields.text(number, row, Field.ROLLBACK),
        )  # fmt: skip

    def _phase_of(self, number: int, row: list[Cell]) -> str:
        """The row's own phase; where it is blank, the one above goes on, as a reader would take it."""
        phase = self.fields.text(number, row, Field.PHASE)
        if not phase and self._phase and not self._heading:
            self.findings.continued.append(number)
        self._phase = phase or self._phase
        self._heading = "" if phase else self._heading
        return self._phase or DEFAULT_PHASE

    def zero(self) -> datetime | None:
        """The moment offsets count from: the earliest planned start, else the earliest time there is."""
        for where in (Field.PLANNED_START, Field.FIXED_START, Field.DEADLINE):
            moments = [moment for moment in self.moments[where].values() if isinstance(moment, datetime)]
            if moments:
                first = min(moments)
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
