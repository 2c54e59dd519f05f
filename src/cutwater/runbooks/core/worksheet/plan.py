"""What a worksheet turns into: steps, links, and what is wrong with them."""

import re
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from cutwater.kernel.frozen import frozen
from cutwater.runbooks.core.critical_path import LinkKind
from cutwater.runbooks.core.worksheet.columns import Columns, letter

DEFAULT_PHASE = "Steps"
_BULLET = re.compile(r"^\s*(?:[-*•–]|\[[ xX]?\]|\d+[.)])\s*")


class Severity(StrEnum):
    """An error stops the import; a warning is for a person to judge; a note only tells."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@frozen
class RowProblem:
    """One finding: the row as the spreadsheet counts (0: the whole sheet), the column, and the fix."""

    row: int
    column: str
    severity: Severity
    message: str
    fix: str = ""


@frozen
class ParsedInstruction:
    """One line of a step's instructions."""

    text: str
    is_mandatory: bool = False


@frozen
class ParsedStep:
    """One row of the plan; offsets are minutes from the run's start."""

    row: int
    code: str
    title: str
    sequence: str = ""
    phase: str = DEFAULT_PHASE
    type: str = ""
    team: str = ""
    assignee: str = ""
    deputy: str = ""
    owner_note: str = ""
    duration_minutes: int = 0
    planned_offset: int | None = None
    fixed_offset: int | None = None
    deadline_offset: int | None = None
    environment: str = ""
    labels: tuple[str, ...] = ()
    instructions: tuple[ParsedInstruction, ...] = ()
    rollback: str = ""


@frozen
class ParsedLink:
    """`after` waits for `before`; both are codes as their own rows write them."""

    row: int
    before: str
    after: str
    kind: LinkKind = LinkKind.FS
    lag_minutes: int = 0
    hard: bool = True


@frozen
class KnownNames:
    """What the organization has, by casefolded name: a team's and a person's id, and the step types."""

    teams: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    types: frozenset[str] = frozenset()


@frozen
class Plan:
    """Steps and their links, wherever they were read from."""

    steps: list[ParsedStep]
    links: list[ParsedLink]


@frozen
class ParsedPlan(Plan):
    """The plan in a worksheet, with what is wrong with it; it may be applied when `is_clean`."""

    columns: Columns
    problems: list[RowProblem]
    zero: datetime | None = None
    cycles: tuple[tuple[str, ...], ...] = ()

    @property
    def is_clean(self) -> bool:
        return bool(self.steps) and not any(problem.severity is Severity.ERROR for problem in self.problems)

    def count(self, severity: Severity) -> int:
        """How many findings of this severity there are."""
        return sum(problem.severity is severity for problem in self.problems)


def read_instructions(text: str) -> list[ParsedInstruction]:
    """One per line; `!` before a line (or “(mandatory)” after it) makes its tick a condition of finishing."""
    instructions = []
    for line in text.splitlines():
        line = _BULLET.sub("", line).strip()
        is_mandatory = line.startswith("!") or line.lower().endswith("(mandatory)")
        line = re.sub(r"^!\s*|\s*\(mandatory\)$", "", line, flags=re.IGNORECASE)
        if line:
            instructions.append(ParsedInstruction(text=line[:2000], is_mandatory=is_mandatory))
    return instructions


def where(problem: RowProblem, columns: Columns) -> str:
    """“Row 7, column D (Duration)”, or the whole sheet."""
    if not problem.row:
        return "The sheet"
    headers = [header.strip() for header in columns.headers]
    at = f" {letter(headers.index(problem.column))}" if problem.column in headers else ""
    return f"Row {problem.row}" + (f", column{at} ({problem.column})" if problem.column else "")
