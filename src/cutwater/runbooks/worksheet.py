"""A worksheet's rows → a plan, or every reason why not, each with its row, its column and the fix."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from html import unescape

from cutwater.runbooks import quantities
from cutwater.runbooks.columns import Columns, Field, find_header, recognise
from cutwater.runbooks.critical_path import Link, LinkKind, find_cycles
from cutwater.runbooks.plan import (
    DEFAULT_PHASE,
    Known,
    ParsedLink,
    ParsedPlan,
    ParsedStep,
    RowProblem,
    Severity,
    read_instructions,
)
from cutwater.runbooks.quantities import Cell, Unclear
from cutwater.runbooks.reading import Sheet, shown

LONGEST_LINE = 300
LONGEST_TEXT = 20_000
LONGEST_CODE = 60
_LONG_FIELDS = (Field.INSTRUCTIONS, Field.ROLLBACK)
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z]+\d*);", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_EXCEL_ERROR = re.compile(r"#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NULL!|NUM!)")


def detect(sheet: Sheet) -> Columns:
    """The header row and the columns of a sheet, as far as their names tell."""
    texts = [[_plain(cell) for cell in row] for row in sheet.rows[:20]]
    at = find_header(texts)
    return recognise(texts[at] if texts else [], header_row=at + 1)


def choose(columns: Columns, positions: Mapping[Field, int | None]) -> Columns:
    """The same header with a person's choice of columns; None takes a field's column away."""
    width = len(columns.headers)
    chosen = dict(columns.positions)
    for each, position in positions.items():
        chosen.pop(each, None)
        if position is not None and 0 <= position < width:
            chosen[each] = position
    return replace(columns, positions=chosen)


def parse(sheet: Sheet, columns: Columns, known: Known, *, zone: str = "UTC") -> ParsedPlan:
    """The plan in the rows below the header. Never raises on content: what is wrong is in `problems`."""
    reader = _Rows(sheet, columns, known, zone)
    for note in (*sheet.notes, *columns.notes):
        reader.say(0, "", Severity.WARNING, note)
    if columns.missing:
        headers = ", ".join(f"“{each}”" for each in columns.headers if each.strip()) or "none"
        for missing in columns.missing:
            one = " Only one column was found: is the separator right?" if len(columns.headers) < 2 else ""
            reader.say(
                columns.header_row, missing.value, Severity.ERROR,
                f"No column for the step's {missing.value} was recognised among {headers}.{one}",
                "Choose the column in the mapping, or name its header, for example "
                + ("“Code”." if missing is Field.CODE else "“Title”."),
            )  # fmt: skip
        return ParsedPlan(columns=columns, steps=[], links=[], problems=reader.problems)
    reader.read()
    reader.say_unknown()
    links = _links(reader)
    cycles = _cycles(reader, links)
    if not reader.steps and not reader.problems:
        reader.say(columns.header_row, "", Severity.ERROR, "There is no step below the header.", "Add rows.")
    _lint(reader, links)
    zero = reader.zero()
    return ParsedPlan(
        columns=columns, steps=reader.dated(zero), links=links, zero=zero, cycles=cycles,
        problems=sorted(reader.problems, key=lambda each: each.row),
    )  # fmt: skip


def _plain(cell: Cell) -> str:
    text = _INVISIBLE.sub("", shown(cell)).replace("\u00a0", " ")
    return unescape(text).strip() if "&" in text else text.strip()


class _Rows:
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
        self._unknown_rows: dict[tuple[Field, str], list[int]] = {}
        self._unknown_names: dict[tuple[Field, str], tuple[str, tuple[str, ...]]] = {}

    def say(self, row: int, column: str, severity: Severity, message: str, fix: str = "") -> None:
        self.problems.append(RowProblem(row=row, column=column, severity=severity, message=message, fix=fix))

    def _complain(self, row: int, where: Field, message: str, fix: str, *, warn: bool = False) -> None:
        severity = Severity.WARNING if warn else Severity.ERROR
        self.say(row, self.columns.header(where), severity, message, fix)

    def read(self) -> None:
        for at in range(self.columns.header_row, len(self.sheet.rows)):
            cells = self.sheet.rows[at]
            if any(_plain(cell) for cell in cells):
                self._read_row(at + 1, cells)

    def _cell(self, row: list[Cell], where: Field) -> Cell:
        position = self.columns.positions.get(where)
        return row[position] if position is not None and position < len(row) else None

    def _text(self, number: int, row: list[Cell], where: Field) -> str:
        """A cell's text, decoded and bounded; problems are said and the text left out."""
        raw = shown(self._cell(row, where))
        if not raw.strip():
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
        if not code:
            filled = [_plain(cell) for cell in row if _plain(cell)]
            if (
                len(filled) == 1
                and Field.PHASE not in self.columns.positions
                and len(filled[0]) <= LONGEST_LINE
            ):
                self._heading = filled[0]
                self.say(number, "", Severity.NOTE, f"Read as the heading of a phase: “{filled[0][:60]}”.")
            elif not any(each.row == number for each in self.problems):
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

    def _step(self, number: int, row: list[Cell], code: str, title: str) -> ParsedStep:
        team, assignee, note = self._owner(number, row)
        for where, moments in self.moments.items():
            moment = self._moment(number, row, where)
            if moment is not None:
                moments[code] = moment
        return ParsedStep(
            row=number, code=code, title=title,
            sequence=self._text(number, row, Field.SEQUENCE),
            phase=self._text(number, row, Field.PHASE) or self._heading or DEFAULT_PHASE,
            type=self._type(number, row), team=team, assignee=assignee, owner_note=note,
            deputy=self._person(number, row, Field.DEPUTY),
            duration_minutes=self._duration(number, row),
            environment=self._text(number, row, Field.ENVIRONMENT).upper(),
            labels=tuple(dict.fromkeys(re.findall(r"[^,;|\s]+", self._text(number, row, Field.LABELS)))),
            instructions=tuple(read_instructions(self._text(number, row, Field.INSTRUCTIONS))),
            rollback=self._text(number, row, Field.ROLLBACK),
        )  # fmt: skip

    def _duration(self, number: int, row: list[Cell]) -> int:
        raw = self._cell(row, Field.DURATION)
        if isinstance(raw, str):
            raw = self._text(number, row, Field.DURATION)
        if raw is None or raw == "":
            if Field.DURATION in self.columns.positions and not any(p.row == number for p in self.problems):
                missing = "No duration: it counts as 0 minutes."
                self._complain(
                    number, Field.DURATION, missing, "Give one, unless it is a milestone.", warn=True
                )
            return 0
        try:
            return quantities.read_minutes(raw, unit_minutes=self.columns.unit_minutes(Field.DURATION))
        except Unclear as problem:
            self._complain(number, Field.DURATION, problem.message, problem.fix)
            return 0

    def _moment(self, number: int, row: list[Cell], where: Field) -> datetime | timedelta | None:
        raw = self._cell(row, where)
        if isinstance(raw, str):
            raw = self._text(number, row, where)
        if raw is None or raw == "":
            return None
        try:
            return quantities.read_moment(raw, "UTC" if self.columns.is_utc(where) else self.zone)
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
                return first.replace(hour=0, minute=0) if where is Field.DEADLINE else first
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


def _links(reader: _Rows) -> list[ParsedLink]:
    """The links of all rows; dangling, self and double ones are problems, not links."""
    known = reader.by_code
    column = reader.columns.header(Field.LINKS)
    found: dict[tuple[str, str, LinkKind], ParsedLink] = {}
    for step, cell in reader.link_cells:
        for token in quantities.split_links(cell, known):
            try:
                link = quantities.read_link(token, known)
            except Unclear as problem:
                reader.say(
                    step.row, column, Severity.ERROR, f"“{token[:60]}”: {problem.message}", problem.fix
                )
                continue
            before = known.get(link.code.casefold())
            if before is None:
                close = get_close_matches(link.code.casefold(), list(known), n=1, cutoff=0.6)
                hint = f"Did you mean {known[close[0]].code}?" if close else quantities.LINK_FIX
                reader.say(
                    step.row, column, Severity.ERROR, f"No step has the code “{link.code[:60]}”.", hint
                )
            elif before is step:
                reader.say(
                    step.row, column, Severity.ERROR, f"{step.code} waits for itself.", "Remove the link."
                )
            elif (before.code, step.code, link.kind) in found:
                message = f"The link from {before.code} is given twice; the first is kept."
                reader.say(step.row, column, Severity.WARNING, message, "Remove one.")
            else:
                found[before.code, step.code, link.kind] = ParsedLink(
                    row=step.row, before=before.code, after=step.code, kind=link.kind,
                    lag_minutes=link.lag_minutes, hard=link.hard,
                )  # fmt: skip
    return list(found.values())


def _cycles(reader: _Rows, links: Sequence[ParsedLink]) -> tuple[tuple[str, ...], ...]:
    graph = [Link(before=each.before, after=each.after, kind=each.kind, hard=each.hard) for each in links]
    cycles = find_cycles([step.code for step in reader.steps], graph)
    for cycle in cycles:
        turn = " → ".join(cycle if len(cycle) <= 12 else [*cycle[:6], "…", *cycle[-5:]])
        row = reader.by_code[cycle[0].casefold()].row
        reader.say(
            row, reader.columns.header(Field.LINKS), Severity.ERROR,
            f"These steps wait for each other in a circle: {turn}.", "Remove one of these links.",
        )  # fmt: skip
    return tuple(tuple(cycle) for cycle in cycles)


def _lint(reader: _Rows, links: Sequence[ParsedLink]) -> None:
    """A step without any link follows its phase's order: say so, because nobody wrote it."""
    linked = {each.before for each in links} | {each.after for each in links}
    last: dict[tuple[str, str], str] = {}
    for step in reader.steps:
        phase = (step.sequence, step.phase)
        if step.code not in linked and phase in last:
            reader.say(
                step.row, reader.columns.header(Field.LINKS), Severity.NOTE,
                f"{step.code} has no links: it follows {last[phase]}, as its phase is ordered.",
                "Give it a predecessor if another order is meant.",
            )  # fmt: skip
        last[phase] = step.code
