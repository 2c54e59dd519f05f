"""The tables of imports and their files."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.kernel.db import Base, OrganizationRow, one_of, reference, scoped
from cutwater.sprints.core.coverage import GapData
from cutwater.sprints.core.facts import ImportState
from cutwater.sprints.core.reviewing import Choices, FileContent, OddityKind

EMPTY, EMPTY_LIST = text("'{}'::jsonb"), text("'[]'::jsonb")


class ImportRun(Base, OrganizationRow):
    """One import: what was uploaded, what it was recognised as, what was confirmed, what came of it."""

    __tablename__ = "import_run"
    __table_args__ = scoped(
        reference("site_id", "site"),
        reference("sprint_id", "sprint"),
        one_of("state", ImportState),
        UniqueConstraint("organization_id", "key"),
        Index("ix_import_run_site_id", "organization_id", "site_id"),
        Index("ix_import_run_sprint_id", "organization_id", "sprint_id"),
    )
    key: Mapped[str]
    site_id: Mapped[UUID]
    sprint_id: Mapped[UUID | None]
    state: Mapped[str]
    started_by: Mapped[UUID | None]
    new_sprint: Mapped[str] = mapped_column(default="", server_default="")
    contents: Mapped[list[FileContent]] = mapped_column(JSONB, default=list, server_default=EMPTY_LIST)
    choices: Mapped[Choices] = mapped_column(JSONB, default=dict, server_default=EMPTY)
    mapping: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict, server_default=EMPTY)
    coverage: Mapped[list[GapData]] = mapped_column(JSONB, default=list, server_default=EMPTY_LIST)
    oddities: Mapped[list[OddityKind]] = mapped_column(JSONB, default=list, server_default=EMPTY_LIST)
    counts: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict, server_default=EMPTY)
    failure: Mapped[str] = mapped_column(default="", server_default="")
    work_id: Mapped[UUID | None]
    read_at: Mapped[datetime | None]
    applied_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1, server_default="1")


class ImportFile(Base, OrganizationRow):
    """One uploaded file of an import, in the order it was given."""

    __tablename__ = "import_file"
    __table_args__ = scoped(
        reference("import_run_id", "import_run"),
        reference("file_id", "stored_file"),
        UniqueConstraint("organization_id", "import_run_id", "position"),
        Index("ix_import_file_file_id", "organization_id", "file_id"),
    )
    import_run_id: Mapped[UUID]
    file_id: Mapped[UUID]
    position: Mapped[int]
