"""A worksheet as rows of cells, whatever file it was in, and the limits of what is read."""

from datetime import date, datetime, time, timedelta

from cutwater.kernel.errors import Invalid
from cutwater.kernel.frozen import frozen
from cutwater.runbooks.core.worksheet.quantities import Cell

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 300 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 200


@frozen
class Sheet:
    """A worksheet as read: rows of cells (row 1 first, as the spreadsheet counts), and how it was read."""

    rows: list[list[Cell]]
    name: str = ""
    names: tuple[str, ...] = ()
    how: str = ""
    uncomputed: frozenset[tuple[int, int]] = frozenset()  # (row, position) of formulas without a result
    notes: tuple[str, ...] = ()


class Unreadable(Invalid):
    """The file as a whole cannot be read; `fix` says what to do about it."""

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__({"file": f"{problem} {fix}"})
        self.problem = problem
        self.fix = fix


def bounded(sheet: Sheet) -> Sheet:
    """The sheet, unless it is too large, or empty."""
    if len(sheet.rows) > MAX_ROWS + 1:
        raise Unreadable(
            f"The sheet has more than {MAX_ROWS:,} rows.",
            "Split it, or delete the empty rows below the plan.",
        )
    widest = max((len(row) for row in sheet.rows), default=0)
    if widest > MAX_COLUMNS:
        raise Unreadable(
            f"The sheet has {widest:,} columns; at most {MAX_COLUMNS} are read.", "Delete the others."
        )
    if not any(cell not in (None, "") for row in sheet.rows for cell in row):
        raise Unreadable("The sheet has no filled cell.", "Choose another sheet, or upload the right file.")
    return sheet


def shown(cell: Cell) -> str:
    """A cell as text, as the spreadsheet would show it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return f"{cell.total_seconds() / 60:g}m"
    return str(cell)
