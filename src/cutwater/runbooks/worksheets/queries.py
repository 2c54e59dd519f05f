"""Uploaded worksheets."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.errors import NotFound
from cutwater.kernel.reader import Reader
from cutwater.runbooks.library.models import Runbook
from cutwater.runbooks.worksheets.models import RunbookImport


async def import_by_id(reader: Reader, import_id: UUID) -> Any:
    """One uploaded worksheet with its runbook's key; NotFound otherwise."""
    row = await reader.first(
        select(
            RunbookImport.id,
            RunbookImport.runbook_id,
            RunbookImport.file_id,
            RunbookImport.sheet,
            RunbookImport.title,
            RunbookImport.zone,
            RunbookImport.mapping,
            RunbookImport.state,
            RunbookImport.revision,
            RunbookImport.created_at,
            Runbook.key.label("runbook_key"),
            Runbook.title.label("runbook_title"),
        )
        .outerjoin(Runbook, Runbook.id == RunbookImport.runbook_id)
        .where(RunbookImport.id == import_id)
    )
    if row is None:
        raise NotFound("This import")
    return row


async def import_for_update(tx: AsyncSession, import_id: UUID) -> RunbookImport:
    """The import's row, locked."""
    found = await tx.scalar(select(RunbookImport).where(RunbookImport.id == import_id).with_for_update())
    if found is None:
        raise NotFound("This import")
    return found
