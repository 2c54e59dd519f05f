"""Excel workbooks → rows of cells, by their stored values."""

import io
import re
import zipfile
from collections.abc import Iterable
from itertools import islice

from python_calamine import CalamineWorkbook

from cutwater.runbooks.core.worksheet.cells import MAX_ROWS, MAX_UNPACKED_BYTES, Sheet, Unreadable, shown
from cutwater.runbooks.core.worksheet.columns import find_header, position_of, recognise
from cutwater.runbooks.core.worksheet.quantities import Cell

MOST_SHEETS_LOOKED_AT = 30
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*?\br:id=\"([^\"]+)\"")
_RELATION = re.compile(rb"<Relationship\s[^>]*>")
_UNCOMPUTED = re.compile(
    rb'<(?:\w+:)?c r="([A-Z]{1,3})(\d{1,7})"(?![^>]*t="str")[^>]*>\s*'
    rb"<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)


def read_workbook(content: bytes, wanted: str = "") -> Sheet:
    """One sheet by its stored values: the wanted one, else the one that looks most like a plan."""
    _check_zip(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = tuple(book.sheet_names)
        name = wanted if wanted in names else _likeliest(book, names)
        sheet = book.get_sheet_by_name(name)
        raw = list(islice(sheet.iter_rows(), MAX_ROWS + 2))
        above, left = sheet.start or (0, 0)
        merged = sheet.merged_cell_ranges or []
    except Unreadable:
        raise
    except Exception as problem:  # calamine raises its own kinds, and panics on some broken files
        raise Unreadable(
            f"The workbook is damaged: {_first_line(problem)}",
            "Open it in Excel, save it as .xlsx, upload that.",
        ) from problem
    if wanted and wanted not in names:
        raise Unreadable(f"There is no sheet “{wanted}”.", f"Sheets in this file: {', '.join(names)}.")
    rows = [[None] * left + [_tidy(cell) for cell in row] for row in raw]
    if raw and above and len(raw) <= (sheet.end or (0, 0))[0] - above + 1:
        rows = [[] for _ in range(above)] + rows
    _fill_down(rows, merged)
    return Sheet(
        rows=rows, name=name, names=names, how=f"Excel sheet “{name}”",
        uncomputed=_uncomputed(content, names.index(name)),
    )  # fmt: skip


def _check_zip(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = archive.infolist()
            unpacked = sum(file.file_size for file in inside)
    except zipfile.BadZipFile as problem:
        raise Unreadable(
            "The file is cut off or damaged.", "Copy it again, or save it as .xlsx once more."
        ) from problem
    if not any(file.filename == "xl/workbook.xml" for file in inside):
        first = ", ".join(file.filename for file in inside[:3]) or "nothing"
        raise Unreadable(
            f"This is a ZIP archive, not an Excel workbook (inside: {first}).", "Upload the worksheet itself."
        )
    if unpacked > MAX_UNPACKED_BYTES:
        raise Unreadable("Unpacked, the workbook is larger than 300 MB.", "Save the sheet alone, as CSV.")


def _likeliest(book: CalamineWorkbook, names: tuple[str, ...]) -> str:
    """The sheet whose header names most fields; a cover sheet often stands before the plan."""
    best, most = "", -1
    for name in names[:MOST_SHEETS_LOOKED_AT]:
        top = [[shown(cell) for cell in row] for row in islice(book.get_sheet_by_name(name).iter_rows(), 20)]
        named = len(recognise(top[find_header(top)]).positions) + 1 if top else 0
        if named > most:
            best, most = name, named
    if not best:
        raise Unreadable("The workbook has no sheet.", "Save it again with the worksheet in it.")
    return best


def _fill_down(rows: list[list[Cell]], merged: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """A cell merged over several rows counts for each of them, as it looks."""
    for (top, left), (bottom, _) in merged:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        for row in rows[top + 1 : bottom + 1]:
            if left < len(row) and row[left] is None:
                row[left] = rows[top][left]


def _uncomputed(content: bytes, position: int) -> frozenset[tuple[int, int]]:
    """The cells (row number, position) whose formula nobody computed: the file stores no value."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        try:
            sheet = _SHEET.findall(archive.read("xl/workbook.xml"))[position]
            relations = _RELATION.findall(archive.read("xl/_rels/workbook.xml.rels"))
            target = next(relation for relation in relations if b'Id="' + sheet + b'"' in relation)
            path = re.search(rb'Target="/?(?:xl/)?([^"]+)"', target)
            xml = archive.read("xl/" + path[1].decode()) if path else b""
        except (KeyError, IndexError, StopIteration, UnicodeDecodeError, zipfile.BadZipFile):
            return frozenset()  # an unusual workbook; its values were read all the same
    return frozenset((int(row), position_of(column.decode())) for column, row in _UNCOMPUTED.findall(xml))


def _first_line(problem: BaseException) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0][:200]


def _tidy(cell: Cell) -> Cell:
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return None if cell == "" else cell
