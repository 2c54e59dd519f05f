"""Lists of issues as CSV and XLSX: what is shown, with formulas made harmless."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

COLUMNS = (
    ("Key", "key"),
    ("Title", "title"),
    ("Type", "type_name"),
    ("Status", "status"),
    ("Stage", "status_category"),
    ("Priority", "priority"),
    ("Points", "points"),
    ("Discipline team", "discipline_team"),
    ("Assignee", "assignee_name"),
    ("Stakeholder", "stakeholder"),
    ("Reporter", "reporter_name"),
    ("Owner", "owner_name"),
    ("Sprint", "sprint_key"),
    ("Sprint name", "sprint_name"),
    ("Parent", "parent_key"),
    ("Flagged", "is_flagged"),
    ("Blocked", "is_blocked"),
    ("Created", "source_created_at"),
    ("Updated", "source_updated_at"),
    ("Resolved", "resolved_at"),
    ("Done", "done_at"),
)
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def _plain(value: object) -> str | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value)


def _harmless(value: str | float) -> str | float:
    """A cell that a spreadsheet would run as a formula gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_DANGEROUS) else value


def as_csv(rows: Iterable[object], columns: Sequence[tuple[str, str]] = COLUMNS) -> bytes:
    """The rows as CSV in UTF-8 with a BOM, which spreadsheets need."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([label for label, _ in columns])
    for row in rows:
        writer.writerow([_harmless(_plain(getattr(row, name))) for _, name in columns])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Iterable[object], columns: Sequence[tuple[str, str]] = COLUMNS) -> bytes:
    """The rows as a workbook; texts stay texts, whatever they start with."""
    import xlsxwriter  # here: it takes longer to load than anything else, and few export

    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet("Issues")
    sheet.write_row(0, 0, [label for label, _ in columns], book.add_format({"bold": True}))
    for number, row in enumerate(rows, 1):
        for place, (_, name) in enumerate(columns):
            value = _plain(getattr(row, name))
            if isinstance(value, float):
                sheet.write_number(number, place, value)
            else:
                sheet.write_string(number, place, value[:32_000])
    sheet.freeze_panes(1, 1)
    sheet.set_column(1, 1, 60)
    book.close()
    return out.getvalue()
