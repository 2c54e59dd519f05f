"""What the palette finds: keys and words of titles, by prefix, by an index that row-level security allows."""

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Index, Text, Uuid, bindparam, delete, func, select
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.kernel.db import Base, OrganizationRow, scoped
from cutwater.kernel.frozen import frozen
from cutwater.kernel.ids import new_id
from cutwater.kernel.reader import Reader, Rows, any_of

BATCH = 1000
_IDS, _TEXTS = ARRAY(Uuid()), ARRAY(Text())
_PUT_ENTRIES = sql(
    """
    insert into search_entry as entry (id, kind, subject_id, key, title, path)
    select * from unnest(:ids, :kinds, :subjects, :keys, :titles, :paths)
    on conflict (organization_id, subject_id) do update set kind = excluded.kind, key = excluded.key,
        title = excluded.title, path = excluded.path, updated_at = now()
    """
).bindparams(
    bindparam("ids", type_=_IDS),
    bindparam("kinds", type_=_TEXTS),
    bindparam("subjects", type_=_IDS),
    bindparam("keys", type_=_TEXTS),
    bindparam("titles", type_=_TEXTS),
    bindparam("paths", type_=_TEXTS),
)
_DROP_WORDS = sql("delete from search_word where subject_id = any(:subjects)").bindparams(
    bindparam("subjects", type_=_IDS)
)
_PUT_WORDS = sql(
    "insert into search_word (id, subject_id, word) select * from unnest(:ids, :subjects, :words)"
).bindparams(
    bindparam("ids", type_=_IDS), bindparam("subjects", type_=_IDS), bindparam("words", type_=_TEXTS)
)
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


class SearchWord(Base, OrganizationRow):
    """One word it is found by; collated by bytes, because `^@` is the prefix operator that is leakproof."""

    __tablename__ = "search_word"
    __table_args__ = scoped(
        Index("ix_search_word_word", "organization_id", "word"),
        Index("ix_search_word_subject", "organization_id", "subject_id"),
    )
    subject_id: Mapped[UUID]
    word: Mapped[str] = mapped_column(Text(collation="C"))


class Hit(NamedTuple):
    """Something that was found; `path` is relative to the organization."""

    kind: str
    key: str
    title: str
    path: str


@frozen
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
    listed = list({entry.id: entry for entry in entries}.values())
    for start in range(0, len(listed), BATCH):
        batch = listed[start : start + BATCH]
        found = [(each.id, word) for each in batch for word in split(f"{each.key} {each.title} {each.words}")]
        await tx.execute(
            _PUT_ENTRIES,
            {
                "ids": [new_id() for _ in batch],
                "kinds": [each.kind for each in batch],
                "subjects": [each.id for each in batch],
                "keys": [each.key for each in batch],
                "titles": [each.title for each in batch],
                "paths": [each.path for each in batch],
            },
        )
        await tx.execute(_DROP_WORDS, {"subjects": [each.id for each in batch]})
        await tx.execute(
            _PUT_WORDS,
            {
                "ids": [new_id() for _ in found],
                "subjects": [subject for subject, _ in found],
                "words": [word for _, word in found],
            },
        )


async def drop(tx: AsyncSession, id: UUID) -> None:
    """Make a deleted thing unfindable."""
    await tx.execute(delete(SearchWord).where(SearchWord.subject_id == id))
    await tx.execute(delete(SearchEntry).where(SearchEntry.subject_id == id))


async def find(
    reader: Reader,
    text: str,
    limit: int = 12,
    *,
    kinds: Collection[str] | None,
    hidden: Collection[str] = (),
) -> list[Hit]:
    """Things whose words start with every word of the text; exact keys first, then the newest.

    Only things of these kinds (None: of every kind) that are not hidden.
    """
    wanted = sorted(split(text), key=len, reverse=True)[:5]
    if not wanted:
        return []
    statement = Rows(Hit, select(SearchEntry.kind, SearchEntry.key, SearchEntry.title, SearchEntry.path))
    for word in wanted:
        holders = select(SearchWord.subject_id).where(SearchWord.word.op("^@")(word))
        statement = statement.where(SearchEntry.subject_id.in_(holders))
    if kinds is not None:
        statement = statement.where(any_of(SearchEntry.kind, sorted(kinds)))
    for kind in sorted(hidden):
        statement = statement.where(SearchEntry.kind != kind)
    exact = (func.lower(SearchEntry.key) == text.strip().lower()).desc()
    return await reader.all(statement.order_by(exact, SearchEntry.updated_at.desc()).limit(limit))


def split(text: str) -> set[str]:
    """The distinct words of a text, lower case, at most 40 of at most 60 characters."""
    words = [match.lower()[:60] for match in _WORD.findall(text[:2000])]
    parts = [part for word in words if "-" in word for part in word.split("-") if part]
    return set((words + parts)[:40])
