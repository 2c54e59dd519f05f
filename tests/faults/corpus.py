"""Broken files as people have them, for both importers."""

import io
import zipfile

from cutwater.kernel.frozen import frozen

LONG = "x" * 200_000


@frozen
class Broken:
    """A file, and what an importer must say about it; None: it is readable and nothing is wrong with it."""

    name: str
    content: bytes
    sprints: str | None
    runbooks: str | None


def zipped(name: str) -> bytes:
    """A zip with one text in it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, "hello")
    return stream.getvalue()


CORPUS = {
    "wrong encoding": Broken(
        name="latin.csv",
        content="Issue key,Summary,Code,Title,Duration\nPAY-1,Zürich,A-1,Zürich,soon\n".encode("latin-1"),
        sprints=r"latin\.csv, row 2, field Summary: not UTF-8",
        runbooks=r"Row 2, column E \(Duration\)",
    ),
    "BOM and HTML entities": Broken(
        name="bom.csv",
        content="\ufeffIssue key,Summary,Code,Title,Duration\nPAY-1,P &amp; L,A-1,P &amp; L,5\n".encode(),
        sprints=None,
        runbooks=None,
    ),
    "half UTF-16": Broken(
        name="half.csv",
        content="Issue key,Code,Title\nPAY-1,A,a\n".encode("utf-16") + b"\x00",
        sprints=r"half\.csv, row \d+: cut off or damaged",
        runbooks=r"says it is UTF-16, but near line",
    ),
    "missing columns": Broken(
        name="columns.csv",
        content=b"Colour,Weight\nred,5\n",
        sprints=r"columns\.csv, row 1, field Issue key: no column with the issue key",
        runbooks=r"(?i)code|title",
    ),
    "a cell of 200,000 characters": Broken(
        name="long.csv",
        content=f"Issue key,Summary,Code,Title,Duration\nPAY-1,{LONG},A-1,{LONG},5\n".encode(),
        sprints=r"long\.csv, row 2, field Summary",
        runbooks=r"Row 2, column D \(Title\)",
    ),
    "formulas": Broken(
        name="formula.csv",
        content=b'Issue key,Summary,Code,Title,Duration\nPAY-1,"=cmd|\'/c calc\'!A1",A-1,"=1+1","=SUM(1)"\n',
        sprints=None,
        runbooks=r"Row 2, column E \(Duration\)",
    ),
    "a zip that is no XLSX": Broken(
        name="book.xlsx",
        content=zipped("letter.txt"),
        sprints=r"book\.xlsx: this is a ZIP or XLSX file",
        runbooks=r"ZIP archive, not an Excel workbook \(inside: letter\.txt\)",
    ),
    "an XLSX cut in half": Broken(
        name="cut.xlsx",
        content=zipped("xl/workbook.xml")[:60],
        sprints=r"cut\.xlsx: this is a ZIP or XLSX file",
        runbooks=r"cut off or damaged",
    ),
    "JSON cut in half": Broken(
        name="half.json",
        content=b'[{"id": "1", "key": "PAY-1", "fields": {"summary": "Half',
        sprints=r"half\.json, row 1: the JSON is cut off",
        runbooks=r".",
    ),
    "an empty file": Broken(
        name="empty.csv", content=b"", sprints=r"empty\.csv.*empty|no rows", runbooks=r"The file is empty"
    ),
    "a file of blanks": Broken(
        name="blank.csv",
        content=b"\n \n",
        sprints=r"blank\.csv.*(empty|no rows)",
        runbooks=r"The file is empty",
    ),
    "duplicated headers": Broken(
        name="twice.csv",
        content=b"Issue key,Issue key,Summary,Code,Code,Title\nPAY 1,PAY-2,a,A-1,A-2,a,too,many\n",
        sprints=r"twice\.csv, row 2",
        runbooks=None,
    ),
    "NUL bytes": Broken(
        name="nul.csv",
        content=b"Issue key,Summary,Code,Title\nPAY-\x001,a\x00b,A\x00,a\n",
        sprints=r"nul\.csv, row 2",
        runbooks=r"Line 2 has a NUL byte",
    ),
}
