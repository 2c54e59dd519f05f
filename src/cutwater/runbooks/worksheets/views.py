"""An uploaded worksheet with its dry run, as page and API show it."""

from uuid import UUID

from cutwater.kernel.frozen import frozen
from cutwater.kernel.reader import Reader
from cutwater.runbooks.core.worksheet.columns import LABELS, Columns, Field
from cutwater.runbooks.core.worksheet.plan import ParsedPlan, RowProblem, Severity, where
from cutwater.runbooks.worksheets import queries
from cutwater.runbooks.worksheets.queries import DryRun


@frozen
class ColumnView:
    """Which column is read as this field: its position from 0 and its header; a position of None: none."""

    field: Field
    label: str
    position: int | None
    header: str


@frozen
class ProblemView:
    """A finding of the dry run; `place` is where it is, in words."""

    row: int
    column: str
    place: str
    severity: Severity
    message: str
    fix: str


@frozen
class ImportView:
    """The import, how it is read, what is wrong with it, and what applying would change, by step code."""

    id: UUID
    revision: int
    state: str
    title: str
    runbook_key: str | None
    zone: str
    sheet: str
    sheets: tuple[str, ...]
    how: str
    headers: tuple[str, ...]
    columns: list[ColumnView]
    plan: ParsedPlan
    problems: list[ProblemView]
    created: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int

    @property
    def is_clean(self) -> bool:
        return self.plan.is_clean

    @property
    def steps(self) -> int:
        return len(self.plan.steps)

    @property
    def links(self) -> int:
        return len(self.plan.links)

    @property
    def cycles(self) -> tuple[tuple[str, ...], ...]:
        return self.plan.cycles

    @property
    def worst_first(self) -> list[ProblemView]:
        """The problems by severity, and by row among equals."""
        order = list(Severity)
        return sorted(self.problems, key=lambda problem: (order.index(problem.severity), problem.row))


async def uploaded(reader: Reader, import_id: UUID) -> ImportView:
    """One import with its dry run; NotFound without one."""
    return _view(await queries.dry_run(reader, import_id))


def _view(read: DryRun) -> ImportView:
    upload = read.upload
    return ImportView(
        id=upload.id,
        revision=upload.revision,
        state=upload.state,
        title=upload.title,
        runbook_key=upload.runbook_key,
        zone=upload.zone,
        sheet=read.sheet.name,
        sheets=read.sheet.names,
        how=read.sheet.how,
        headers=read.columns.headers,
        columns=[_column(field, read.columns) for field in Field],
        plan=read.plan,
        problems=[_problem(problem, read.columns) for problem in read.plan.problems],
        created=read.difference.created,
        changed=read.difference.changed,
        removed=read.difference.removed,
        unchanged=read.difference.unchanged,
    )


def _column(field: Field, columns: Columns) -> ColumnView:
    position = columns.positions.get(field)
    return ColumnView(field=field, label=LABELS[field], position=position, header=columns.header(field))


def _problem(problem: RowProblem, columns: Columns) -> ProblemView:
    return ProblemView(
        row=problem.row,
        column=problem.column,
        place=where(problem, columns),
        severity=problem.severity,
        message=problem.message,
        fix=problem.fix,
    )
