"""Imports as the pages and the API show them."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select

from cutwater.kernel.errors import NotFound
from cutwater.kernel.files import FileRow
from cutwater.kernel.frozen import frozen
from cutwater.kernel.keyed import named
from cutwater.kernel.paging import Offset, Page
from cutwater.kernel.reader import Reader, Rows, columns_of
from cutwater.kernel.rows import Selected
from cutwater.sprints.core.coverage import GapData
from cutwater.sprints.core.reviewing import Choices, FileContent, OddityKind
from cutwater.sprints.imports.models import ImportFile, ImportRun
from cutwater.sprints.sites.models import Site
from cutwater.sprints.sprints.models import Sprint


class ImportListed(NamedTuple):
    """An import in the list."""

    id: UUID
    key: str
    state: str
    created_at: datetime
    read_at: datetime | None
    applied_at: datetime | None
    contents: list[FileContent]
    counts: dict[str, int]
    failure: str
    revision: int
    site_id: UUID
    site_name: str
    sprint_key: str | None
    new_sprint: str


class ImportRow(NamedTuple):
    """An import with everything it found."""

    id: UUID
    key: str
    state: str
    created_at: datetime
    read_at: datetime | None
    applied_at: datetime | None
    contents: list[FileContent]
    counts: dict[str, int]
    failure: str
    revision: int
    site_id: UUID
    site_name: str
    sprint_key: str | None
    new_sprint: str
    work_id: UUID | None
    choices: Choices
    mapping: dict[str, str]
    coverage: list[GapData]
    oddities: list[OddityKind]


class FileName(NamedTuple):
    """An uploaded file."""

    name: str
    size: int


class Counted(NamedTuple):
    """How many imports."""

    imports: int


@frozen
class ImportRecord:
    """One import with all it found, and its files."""

    run: ImportRow
    files: list[FileName]


_ELSEWHERE = {"site_name": Site.name, "sprint_key": Sprint.key}


def _from_imports(statement: Selected) -> Selected:
    joined = statement.select_from(ImportRun).join(Site, Site.id == ImportRun.site_id)
    return joined.outerjoin(Sprint, Sprint.id == ImportRun.sprint_id)


async def import_page(reader: Reader, offset: Offset) -> Page[ImportListed]:
    """Imports, newest first: one trip."""
    listed = Rows(ImportListed, _from_imports(select(*columns_of(ImportListed, ImportRun, **_ELSEWHERE))))
    newest = listed.order_by(ImportRun.id.desc()).limit(offset.per_page).offset(offset.skip)
    total = Rows(Counted, select(func.count().label("imports")).select_from(ImportRun))
    rows, counted = await reader.batch(newest, total)
    return Page(rows=rows, per_page=offset.per_page, page=offset.page, total=counted[0].imports)


async def import_record(reader: Reader, key: str) -> ImportRecord:
    """One import with all it found, and its files: one trip; NotFound when it is not this organization's."""
    whole = Rows(ImportRow, _from_imports(select(*columns_of(ImportRow, ImportRun, **_ELSEWHERE))))
    run = select(ImportRun.id).where(named(ImportRun, key)).scalar_subquery()
    files = (
        select(FileRow.name, FileRow.size)
        .join(ImportFile, ImportFile.file_id == FileRow.id)
        .where(ImportFile.import_run_id == run)
        .order_by(ImportFile.position)
    )
    rows, names = await reader.batch(whole.where(named(ImportRun, key)), Rows(FileName, files))
    if not rows:
        raise NotFound(f"Import {key[:60]}")
    return ImportRecord(run=rows[0], files=names)


def files_of(import_id: UUID) -> Select[UUID]:
    """The ids of an import's files, in the order they were given."""
    of_import = select(ImportFile.file_id).where(ImportFile.import_run_id == import_id)
    return of_import.order_by(ImportFile.position)
