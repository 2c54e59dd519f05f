"""What the API of worksheets takes and gives."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from cutwater.kernel.wire import Body, Line, Out
from cutwater.runbooks.core.facts import ImportState
from cutwater.runbooks.core.worksheet.columns import Field as WorksheetField
from cutwater.runbooks.core.worksheet.plan import Severity
from cutwater.runbooks.runs.schemas import Zone


class ColumnRead(Out):
    """Which column is read as what; null: none."""

    field: WorksheetField
    position: int | None
    header: str


class ProblemRead(Out):
    """A finding of the dry run."""

    row: int
    column: str
    severity: Severity
    message: str
    fix: str


class ImportRead(Out):
    """An uploaded worksheet with its dry run: nothing is changed until it is applied."""

    id: UUID
    revision: int
    state: ImportState
    title: str
    runbook_key: str | None
    zone: str
    sheet: str
    sheets: list[str]
    how: str
    headers: list[str]
    columns: list[ColumnRead]
    is_clean: bool
    steps: int
    links: int
    cycles: list[list[str]]
    problems: list[ProblemRead]
    created: list[str]
    changed: list[str]
    removed: list[str]
    unchanged: int


class ImportPatch(Body):
    """Columns by field: their position from 0, or null for none."""

    columns: dict[WorksheetField, Annotated[int, Field(ge=0, le=10_000)] | None] = {}
    sheet: Line | None = None
    zone: Zone | None = None
