"""Imports as the pages and the API show them."""

from typing import Any

from sqlalchemy import func, select

from cutwater.kernel.errors import NotFound
from cutwater.kernel.files import FileRow
from cutwater.kernel.paging import Offset, Page
from cutwater.kernel.reader import Reader
from cutwater.sprints.imports.models import ImportFile, ImportRun
from cutwater.sprints.sites.models import Site
from cutwater.sprints.sprints.models import Sprint

_HEAD = (
    ImportRun.id,
    ImportRun.key,
    ImportRun.state,
    ImportRun.created_at,
    ImportRun.read_at,
    ImportRun.applied_at,
    ImportRun.contents,
    ImportRun.counts,
    ImportRun.failure,
    ImportRun.revision,
    ImportRun.started_by,
    ImportRun.work_id,
    ImportRun.site_id,
    Site.name.label("site_name"),
    Sprint.key.label("sprint_key"),
    ImportRun.new_sprint,
)


def _runs(*more: Any) -> Any:
    return (
        select(*_HEAD, *more)
        .select_from(ImportRun)
        .join(Site, Site.id == ImportRun.site_id)
        .outerjoin(Sprint, Sprint.id == ImportRun.sprint_id)
    )


async def imports(reader: Reader, offset: Offset) -> Page[Any]:
    """Imports, newest first: one trip."""
    rows = _runs().order_by(ImportRun.id.desc()).limit(offset.per_page).offset(offset.skip)
    found, total = await reader.batch(rows, select(func.count()).select_from(ImportRun))
    return Page(rows=found, per_page=offset.per_page, page=offset.page, total=total[0][0])


async def import_whole(reader: Reader, key: str) -> tuple[Any, list[Any]]:
    """One import with all it found, and the names of its files: one trip."""
    more = (ImportRun.choices, ImportRun.mapping, ImportRun.coverage, ImportRun.oddities)
    run = select(ImportRun.id).where(ImportRun.key == key).scalar_subquery()
    names = (
        select(FileRow.name, FileRow.size)
        .join(ImportFile, ImportFile.file_id == FileRow.id)
        .where(ImportFile.import_run_id == run)
        .order_by(ImportFile.position)
    )
    rows, files = await reader.batch(_runs(*more).where(ImportRun.key == key), names)
    if not rows:
        raise NotFound(f"Import {key[:60]}")
    return rows[0], files
