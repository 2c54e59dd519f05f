"""Releases by key and by name, in one line each, and what belongs to one."""

from collections.abc import Iterable
from typing import NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select

from cutwater.kernel.errors import NotFound
from cutwater.kernel.frozen import frozen
from cutwater.kernel.keyed import named
from cutwater.kernel.reader import Reader, Rows, any_of
from cutwater.releases.catalogue.models import Service
from cutwater.releases.core.facts import ACTIVE, Status
from cutwater.releases.records.models import Release

R = TypeVar("R")


@frozen
class ReleaseBrief:
    """A release in one line."""

    id: UUID
    key: str
    title: str
    service_name: str
    status: Status
    version: str


class BriefRow(NamedTuple):
    """The same, as it is stored."""

    id: UUID
    key: str
    title: str
    service_name: str
    status: str
    version: str


class IdRow(NamedTuple):
    """That there is such a release."""

    id: UUID


async def release_brief(reader: Reader, key: str) -> ReleaseBrief | None:
    """The release with this key or id, or None."""
    matching = await briefs(reader, named(Release, key))
    return matching[0] if matching else None


async def releases_by_ids(reader: Reader, ids: Iterable[UUID]) -> list[ReleaseBrief]:
    """The releases with these ids, the latest moved first; deleted ones are left out."""
    wanted = list(ids)
    return await briefs(reader, any_of(Release.id, wanted)) if wanted else []


async def find_releases(reader: Reader, text: str, limit: int = 12) -> list[ReleaseBrief]:
    """Releases whose key or title has every word of the text, the latest moved first."""
    return await briefs(reader, *(has_word(word) for word in text.split()[:8]), limit=limit)


async def briefs(
    reader: Reader, *conditions: ColumnElement[bool], limit: int | None = None
) -> list[ReleaseBrief]:
    """The releases that meet the conditions, the latest moved first."""
    rows = Rows(
        BriefRow,
        select(
            Release.id,
            Release.key,
            Release.title,
            Service.name.label("service_name"),
            Release.status,
            Release.version,
        )
        .select_from(Release)
        .join(Service, Service.id == Release.service_id)
        .where(Release.deleted_at.is_(None), *conditions)
        .order_by(Release.moved_at.desc(), Release.id),
    )
    return [_brief(row) for row in await reader.all(rows.limit(limit))]


def has_word(word: str) -> ColumnElement[bool]:
    """Whether a release's key or title has a word, or a part of one."""
    plain = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return or_(Release.title.ilike(f"%{plain}%"), Release.key.ilike(f"%{plain}%"))


def is_active() -> ColumnElement[bool]:
    """Still on its way to production."""
    return any_of(Release.status, [status.value for status in ACTIVE])


def this_release(key: str) -> Select[UUID]:
    """The id of the release with this key or id, to ask for what belongs to it."""
    return select(Release.id).where(named(Release, key), Release.deleted_at.is_(None))


async def rows_of(reader: Reader, key: str, rows: Rows[R]) -> list[R]:
    """What belongs to a release, after asking whether there is one."""
    releases, belonging = await reader.batch(Rows(IdRow, this_release(key)), rows)
    if not releases:
        raise NotFound("This release")
    return belonging


async def row_of(reader: Reader, key: str, rows: Rows[R], what: str) -> R:
    """The one thing of a release that fits, or NotFound."""
    belonging = await rows_of(reader, key, rows)
    if not belonging:
        raise NotFound(what)
    return belonging[0]


def _brief(row: BriefRow) -> ReleaseBrief:
    return ReleaseBrief(
        id=row.id,
        key=row.key,
        title=row.title,
        service_name=row.service_name,
        status=Status(row.status),
        version=row.version,
    )
