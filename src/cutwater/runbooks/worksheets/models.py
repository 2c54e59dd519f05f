"""The table of uploaded worksheets."""

from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.kernel.db import Base, OrganizationRow, one_of, reference, scoped
from cutwater.runbooks.core.facts import ImportState
from cutwater.runbooks.library.models import found_by, person


class RunbookImport(Base, OrganizationRow):
    """An uploaded worksheet on its way into a runbook: the file, and how a person mapped it."""

    __tablename__ = "runbook_import"
    __table_args__ = scoped(
        found_by("runbook_import", "runbook_id"),
        found_by("runbook_import", "file_id"),
        Index("ix_runbook_import_created_by_id", "created_by_id"),
        reference("runbook_id", "runbook"),
        reference("file_id", "stored_file"),
        person("created_by_id"),
        one_of("state", ImportState),
    )
    runbook_id: Mapped[UUID | None]
    file_id: Mapped[UUID]
    sheet: Mapped[str] = mapped_column(default="")
    title: Mapped[str]
    zone: Mapped[str]
    mapping: Mapped[dict[str, int | None]] = mapped_column(JSONB, default=dict)
    state: Mapped[str] = mapped_column(default=ImportState.UPLOADED)
    created_by_id: Mapped[UUID | None]
    revision: Mapped[int] = mapped_column(default=1)
