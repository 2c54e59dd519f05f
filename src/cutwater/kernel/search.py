"""What the palette finds: keys and words of titles, by prefix, by an index that row-level security allows."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.kernel.db import Base, OrganizationRow, scoped
from cutwater.kernel.ids import new_id
from cutwater.kernel.reader import Reader, any_of

_WORD = re.compile(r"[\w][\w.-]*", re.UNICODE)


class SearchEntry(Base, OrganizationRow):
    """One thing that can be found."""

    __tablename__ = "search_entry"
    __table_args__ = scoped(Index("ix_search_entry_subject", "organization_id", "subject_id", unique=True))
    kind: Mapped[str]
    subject_id: Mapped[UUID]
    key: Mapped[str]
    title: Mapped[str]
    path: Mapped[str]
    words: Mapped[list[Any]]


class SearchWord(Base, OrganizationRow):
    """One word it is found by; collated by bytes, because `^@` is the prefix operator that is leakproof."""

    __tablename__ = "search_word"
    __table_args__ = scoped(
        Index("ix_search_word_word", "organization_id", "word"),
        Index("ix_search_word_subject", "organization_id", "subject_id"),
    )
    subject_id: Mapped[UUID]
    word: Mapped[str] = mapped_column(Text(collation="C"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What `put_many` takes; `path` is relative to the organization."""

    kind: str
    id: UUID
    key: str
    title: str
    path: str
    words: str = ""


async def put(
    tx: AsyncSession, *, kind: str, id: UUID, key: str, title: str, path: str, words: str = ""
) -> None:
    """Make a thing findable by its key, its title and extra words; again after a rename."""
    await put_many(tx, [Entry(kind=kind, id=id, key=key, title=title, path=path, words=words)])


async def put_many(tx: AsyncSession, entries: Iterable[Entry]) -> None:
    """The same for many at once, set-based."""
    rows, words = [], []
    for entry in entries:
        found = sorted(split(f"{entry.key} {entry.title} {entry.words}"))
        rows.append(
            {
                "id": new_id(),
                "kind": entry.kind,
                "subject_id": entry.id,
                "key": entry.key,
                "title": entry.title,
            }
            | {"path": entry.path, "words": found}
        )
        words += [{"id": new_id(), "subject_id": entry.id, "word": word} for word in found]
    for start in range(0, len(rows), 1000):
        batch = rows[start : start + 1000]
        upsert = insert(SearchEntry)
        taken = {name: upsert.excluded[name] for name in ("kind", "key", "title", "path", "words")}
        await tx.execute(
            upsert.on_conflict_do_update(index_elements=["organization_id", "subject_id"], set_=taken), batch
        )
        await tx.execute(
            delete(SearchWord).where(any_of(SearchWord.subject_id, [r["subject_id"] for r in batch]))
        )
    for start in range(0, len(words), 2000):
        await tx.execute(insert(SearchWord), words[start : start + 2000])


async def drop(tx: AsyncSession, id: UUID) -> None:
    """Make a deleted thing unfindable."""
    await tx.execute(delete(SearchWord).where(SearchWord.subject_id == id))
    await tx.execute(delete(SearchEntry).where(SearchEntry.subject_id == id))


async def find(reader: Reader, text: str, limit: int = 12) -> list[Any]:
    """Things whose words start with every word of the text; exact keys first, then the newest."""
    wanted = sorted(split(text), key=len, reverse=True)[:5]
    if not wanted:
        return []
    statement = select(SearchEntry.kind, SearchEntry.key, SearchEntry.title, SearchEntry.path)
    for word in wanted:
        holders = select(SearchWord.subject_id).where(SearchWord.word.op("^@")(word))
        statement = statement.where(SearchEntry.subject_id.in_(holders))
    exact = (func.lower(SearchEntry.key) == text.strip().lower()).desc()
    return await reader.all(statement.order_by(exact, SearchEntry.updated_at.desc()).limit(limit))


def split(text: str) -> set[str]:
    """The distinct words of a text, lower case, at most 40 of at most 60 characters."""
    words = [match.lower()[:60] for match in _WORD.findall(text[:2000])]
    parts = [part for word in words if "-" in word for part in word.split("-") if part]
    return set((words + parts)[:40])
