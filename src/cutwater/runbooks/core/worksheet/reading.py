"""Files people have → rows of cells. CSV in whatever encoding, XLSX by its values; nothing is evaluated."""

import csv
import io
from collections.abc import Iterator
from itertools import islice

from cutwater.runbooks.core.worksheet.cells import MAX_BYTES, MAX_ROWS, Sheet, Unreadable, bounded
from cutwater.runbooks.core.worksheet.quantities import Cell
from cutwater.runbooks.core.worksheet.workbook import read_workbook

WESTERN = "The file is not UTF-8; it was read as Windows-1252. Check the accents below."

csv.field_size_limit(MAX_BYTES)  # Python's own limit stops before we can name the row and column


def read_sheet(content: bytes, file_name: str = "", sheet: str = "") -> Sheet:
    """The rows of a CSV file or of one sheet of an Excel workbook, told apart by content, not by name."""
    if not content.strip():
        raise Unreadable("The file is empty.", "Save the worksheet again and upload that file.")
    if len(content) > MAX_BYTES:
        raise Unreadable(
            "The file is larger than 20 MB.", "Leave out sheets and pictures, or save it as CSV."
        )
    if content[:4] == b"PK\x03\x04":
        return bounded(read_workbook(content, sheet))
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise Unreadable(
            "This is an old Excel file (.xls) or one with a password.",
            "Save it as .xlsx without a password, or CSV.",
        )
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"<", b"{"):
        raise Unreadable("This is XML, HTML or JSON, not a worksheet.", "Save the plan as .xlsx or CSV.")
    if content[:4] in (b"%PDF", b"\x89PNG", b"GIF8", b"Rar!") or content[:2] == b"\x1f\x8b":
        raise Unreadable("This is not a worksheet.", "Upload a CSV or XLSX file.")
    return _read_csv(content)


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
    return bounded(Sheet(rows=rows, how=f"CSV, {encoding}, separated by {shown}", notes=tuple(notes)))


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
    except UnicodeDecodeError as problem:
        return _decode_western(content, problem.start), "Windows-1252", [WESTERN]


def _decode_western(content: bytes, start: int) -> str:
    """Windows-1252, unless what stands before the first odd byte is UTF-8, or nothing fits."""
    if content[:start].isascii():
        try:
            return content.decode("cp1252")
        except UnicodeDecodeError as problem:
            start = problem.start
    line = content.count(b"\n", 0, start) + 1
    raise Unreadable(
        f"Line {line} has bytes that are neither UTF-8 nor Windows-1252.", "Save it as CSV in UTF-8 again."
    )


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
