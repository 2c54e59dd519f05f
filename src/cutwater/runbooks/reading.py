"""Files people have → rows of cells. CSV in whatever encoding, XLSX by its values; nothing is evaluated."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from python_calamine import CalamineWorkbook

from cutwater.runbooks.quantities import Cell

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 300 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 200

csv.field_size_limit(MAX_BYTES)  # Python's own limit stops before we can name the row and column


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A worksheet as read: rows of cells (row 1 first, as the spreadsheet counts), and how it was read."""

    rows: list[list[Cell]]
    name: str = ""
    names: tuple[str, ...] = ()
    how: str = ""
    notes: tuple[str, ...] = ()


class Unreadable(ValueError):
    """The file as a whole cannot be read; `fix` says what to do about it."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


def read_sheet(content: bytes, file_name: str = "", sheet: str = "") -> Sheet:
    """The rows of a CSV file or of one sheet of an Excel workbook, told apart by content, not by name."""
    if not content.strip():
        raise Unreadable("The file is empty.", "Save the worksheet again and upload that file.")
    if len(content) > MAX_BYTES:
        raise Unreadable(
            "The file is larger than 20 MB.", "Leave out sheets and pictures, or save it as CSV."
        )
    if content[:4] == b"PK\x03\x04":
        return _read_workbook(content, sheet)
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise Unreadable(
            "This is an old Excel file (.xls) or one with a password.",
            "Save it as .xlsx without a password, or CSV.",
        )
    if content[:4] in (b"%PDF", b"\x89PNG", b"GIF8", b"Rar!") or content[:2] == b"\x1f\x8b":
        raise Unreadable("This is not a worksheet.", "Upload a CSV or XLSX file.")
    return _read_csv(content)


def _read_workbook(content: bytes, wanted: str) -> Sheet:
    _check_zip(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = tuple(book.sheet_names)
        name = wanted if wanted in names else _first_filled(book, names)
        found = book.get_sheet_by_name(name)
        raw = list(islice(found.iter_rows(), MAX_ROWS + 2))
        above = (found.start or (0, 0))[0]
    except Unreadable:
        raise
    except Exception as problem:  # calamine raises its own kinds, and panics on some broken files
        raise Unreadable(
            f"The workbook is damaged: {_first_line(problem)}",
            "Open it in Excel, save it as .xlsx, upload that.",
        ) from problem
    if wanted and wanted not in names:
        raise Unreadable(f"There is no sheet “{wanted}”.", f"Sheets in this file: {', '.join(names)}.")
    rows = [[_tidy(cell) for cell in row] for row in raw]
    if raw and above and len(raw) <= (found.end or (0, 0))[0] - above + 1:
        rows = [[] for _ in range(above)] + rows
    return _bounded(Sheet(rows=rows, name=name, names=names, how=f"Excel sheet “{name}”"))


def _check_zip(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = archive.infolist()
            unpacked = sum(each.file_size for each in inside)
    except zipfile.BadZipFile as problem:
        raise Unreadable(
            "The file is cut off or damaged.", "Copy it again, or save it as .xlsx once more."
        ) from problem
    if not any(each.filename == "xl/workbook.xml" for each in inside):
        first = ", ".join(each.filename for each in inside[:3]) or "nothing"
        raise Unreadable(
            f"This is a ZIP archive, not an Excel workbook (inside: {first}).", "Upload the worksheet itself."
        )
    if unpacked > MAX_UNPACKED_BYTES:
        raise Unreadable("Unpacked, the workbook is larger than 300 MB.", "Save the sheet alone, as CSV.")


def _first_filled(book: CalamineWorkbook, names: Iterable[str]) -> str:
    first = ""
    for name in names:
        first = first or name
        if next(iter(book.get_sheet_by_name(name).iter_rows()), None) is not None:
            return name
    if not first:
        raise Unreadable("The workbook has no sheet.", "Save it again with the worksheet in it.")
    return first


def _tidy(cell: Cell) -> Cell:
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return None if cell == "" else cell


def _read_csv(content: bytes) -> Sheet:
    text, encoding, notes = _decode(content)
    text, delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows: list[list[Cell]] = [list(row) for row in islice(_lines(reader), MAX_ROWS + 2)]
    except csv.Error as problem:
        raise Unreadable(
            f"Line {reader.line_num}: the quotes do not match ({problem}).",
            "Close the quoted cell, and write a quote inside a cell twice.",
        ) from problem
    shown = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}[delimiter]
    return _bounded(Sheet(rows=rows, how=f"CSV, {encoding}, separated by {shown}", notes=tuple(notes)))


def _lines(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    return reader


def _decode(content: bytes) -> tuple[str, str, list[str]]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded(content, "utf-16", "UTF-16"), "UTF-16", []
    if content.startswith(b"\xef\xbb\xbf"):
        return _decoded(content, "utf-8-sig", "UTF-8"), "UTF-8 with BOM", []
    head = content[:4000]
    if head.count(0) > len(head) // 5:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        name = "utf-16-be" if even > odd else "utf-16-le"
        return _decoded(content, name, "UTF-16"), "UTF-16", []
    if b"\0" in content:
        at = content.index(b"\0")
        line = content.count(b"\n", 0, at) + 1
        raise Unreadable(
            f"Line {line} has a NUL byte: this is not text.", "Save the worksheet as CSV in UTF-8."
        )
    try:
        return content.decode("utf-8"), "UTF-8", []
    except UnicodeDecodeError:
        note = "The file is not UTF-8; it was read as Windows-1252. Check the accents below."
        return content.decode("cp1252", errors="replace"), "Windows-1252", [note]


def _decoded(content: bytes, encoding: str, shown: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as problem:
        line = problem.object[: problem.start].count(b"\n") + 1
        raise Unreadable(
            f"The file says it is {shown}, but near line {line} it is not.", "Save it as CSV in UTF-8 again."
        ) from problem
    return text.lstrip("\ufeff")


def _delimiter(text: str) -> tuple[str, str]:
    if text[:4].lower() == "sep=" and text[4:5] in ",;\t|":
        _, _, rest = text.partition("\n")
        return rest, text[4]
    head = text[:50_000]
    best, best_score = ",", (0.0, 0)
    for delimiter in ",;\t|":
        try:
            rows = [
                row
                for row in islice(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), 30)
                if row
            ]
        except csv.Error:
            continue
        widths = [len(row) for row in rows]
        common = max(set(widths), key=widths.count) if widths else 0
        steady = widths.count(common) / len(widths) if widths else 0
        score = (steady if common > 1 else 0.0, common)
        if score > best_score:
            best, best_score = delimiter, score
    return text, best


def _bounded(sheet: Sheet) -> Sheet:
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


def _first_line(problem: BaseException) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0][:200]


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
