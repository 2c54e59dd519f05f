"""The reference page of the import formats: words around the tables that the readers themselves use."""

from pathlib import Path

from markdown import page, table

WORDS = Path(__file__).resolve().parent / "import-formats.md"


def formats() -> str:
    """What can be imported, and how each column may be called."""
    from cutwater.runbooks.core.worksheet import cells, columns
    from cutwater.sprints import csv_files

    worksheet = [[columns.LABELS[field], _words(names)] for field, names in columns.NAMES.items()]
    filled = WORDS.read_text(encoding="utf-8").format(
        megabytes=cells.MAX_BYTES // 2**20,
        unpacked=cells.MAX_UNPACKED_BYTES // 2**20,
        rows=cells.MAX_ROWS,
        columns=cells.MAX_COLUMNS,
        worksheet=table(["column", "may be called"], worksheet),
        issues=table(["holds", "may be called"], _rows(csv_files.COLUMNS)),
        sprints=table(["holds", "may be called"], _rows(csv_files.SPRINT_COLUMNS)),
    )
    return page("Import formats", filled)


def _rows(columns: dict[str, tuple[str, ...]]) -> list[list[str]]:
    return [[name.replace("_", " "), _words(names)] for name, names in columns.items()]


def _words(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
