"""Uploaded files, kept in PostgreSQL beside what refers to them."""

import hashlib
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped

from cutwater.kernel.db import Base, OrganizationRow, scoped
from cutwater.kernel.errors import NotFound
from cutwater.kernel.ids import new_id
from cutwater.kernel.reader import Reader, Rows, SessionReader


class FileRow(Base, OrganizationRow):
    """One uploaded file and its content."""

    __tablename__ = "stored_file"
    __table_args__ = scoped()
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[bytes]
    content: Mapped[bytes]


class StoredFile(NamedTuple):
    """A file as it was given; `size` in bytes."""

    id: UUID
    name: str
    media_type: str
    size: int
    content: bytes


async def keep(tx: AsyncSession, name: str, media_type: str, content: bytes) -> UUID:
    """Store a file in this transaction; gives its id."""
    row = FileRow(
        id=new_id(),
        name=name[-200:],
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).digest(),
        content=content,
    )
    tx.add(row)
    await tx.flush()
    return row.id


async def read(source: Reader | AsyncSession, file_id: UUID) -> StoredFile:
    """A stored file; NotFound when it is not this organization's."""
    reader = SessionReader(source) if isinstance(source, AsyncSession) else source
    row = await reader.first(
        Rows(
            StoredFile,
            select(FileRow.id, FileRow.name, FileRow.media_type, FileRow.size, FileRow.content).where(
                FileRow.id == file_id
            ),
        )
    )
    if row is None:
        raise NotFound("This file")
    return row
