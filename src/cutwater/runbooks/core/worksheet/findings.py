"""What is wrong or doubtful in the rows below the header, once each: with row, column and fix."""

from collections.abc import Iterable
from difflib import get_close_matches

from cutwater.runbooks.core.worksheet.columns import Columns, Field
from cutwater.runbooks.core.worksheet.plan import RowProblem, Severity


class Findings:
    """The problems while they pile up; unknown names and blank phases wait until all rows are read."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.problems: list[RowProblem] = []
        self.continued: list[int] = []
        self._unknown_rows: dict[tuple[Field, str], list[int]] = {}
        self._unknown_names: dict[tuple[Field, str], tuple[str, tuple[str, ...]]] = {}

    def say(self, row: int, column: str, severity: Severity, message: str, fix: str = "") -> None:
        self.problems.append(RowProblem(row=row, column=column, severity=severity, message=message, fix=fix))

    def complain(self, row: int, where: Field, message: str, fix: str, *, warn: bool = False) -> None:
        severity = Severity.WARNING if warn else Severity.ERROR
        self.say(row, self.columns.header(where), severity, message, fix)

    def unknown(self, number: int, where: Field, what: str, text: str, names: Iterable[str]) -> None:
        rows = self._unknown_rows.setdefault((where, text), [])
        rows.append(number)
        if len(rows) == 1:
            self._unknown_names[where, text] = (what, tuple(names))

    def has(self, row: int) -> bool:
        """Whether something was said about this row."""
        return any(problem.row == row for problem in self.problems)

    def say_continued(self) -> None:
        """One finding for all rows that leave their phase blank."""
        if self.continued:
            many = f" ({len(self.continued)} rows)" if len(self.continued) > 1 else ""
            blank = f"The phase is blank{many}: the one above goes on."
            self.say(self.continued[0], self.columns.header(Field.PHASE), Severity.NOTE, blank)

    def say_unknown(self) -> None:
        """One finding per unknown name, however many rows it is in."""
        for (where, text), (what, names) in self._unknown_names.items():
            rows = self._unknown_rows[where, text]
            close = get_close_matches(text.casefold(), names, n=1, cutoff=0.7)
            hint = f"Did you mean “{close[0]}”? " if close else ""
            more = f" ({len(rows)} rows)" if len(rows) > 1 else ""
            message = f"No {what} is called “{text[:60]}”{more}; the name is kept as a remark."
            fix = hint + "Create it, or correct the name, to let them act on the step."
            self.complain(rows[0], where, message, fix, warn=True)
