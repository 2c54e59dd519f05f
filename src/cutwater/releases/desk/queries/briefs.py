"""What other modules may ask of releases."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from cutwater.kernel.frozen import frozen
from cutwater.kernel.reader import Reader, any_of
from cutwater.releases.catalogue import queries
from cutwater.releases.core.facts import ItemKind, Status
from cutwater.releases.core.filters import Filter
from cutwater.releases.desk.queries import lists
from cutwater.releases.desk.queries.rows import release_rows
from cutwater.releases.items.models import ReleaseItem
from cutwater.releases.records.models import Release


@frozen
class ReleaseBrief:
    """A release in one line."""

    id: UUID
    key: str
    title: str
    service_name: str
    status: Status
    version: str


async def release_brief(reader: Reader, key: str) -> ReleaseBrief | None:
    """The release with this key or id, or None."""
    row = await reader.first(release_rows().where(queries.by_key_or_id(key)))
    return _brief(row) if row is not None else None


async def releases_by_ids(reader: Reader, ids: Iterable[UUID]) -> list[ReleaseBrief]:
    """The releases with these ids, in no order; deleted ones are left out."""
    wanted = list(ids)
    if not wanted:
        return []
    return [_brief(row) for row in await reader.all(release_rows().where(any_of(Release.id, wanted)))]


async def releases_of_issue(reader: Reader, issue_id: UUID) -> list[ReleaseBrief]:
    """The releases that carry an issue, the latest moved first."""
    carries = Release.id.in_(lists.releases_carrying(ReleaseItem.issue_id == issue_id))
    rows = await reader.all(release_rows().where(carries).order_by(Release.moved_at.desc()))
    return [_brief(row) for row in rows]


async def releases_of_sprint(reader: Reader, sprint_id: UUID, issues: Iterable[UUID]) -> list[ReleaseBrief]:
    """The releases that belong to a sprint or carry one of its issues, the latest moved first."""
    carries = Release.id.in_(lists.releases_carrying(any_of(ReleaseItem.issue_id, issues)))
    beside = or_(Release.sprint_id == sprint_id, carries)
    rows = await reader.all(release_rows().where(beside).order_by(Release.moved_at.desc()).limit(50))
    return [_brief(row) for row in rows]


async def issue_keys_of(reader: Reader, release_id: UUID) -> list[str]:
    """The keys of the issues a release carries, as its items name them."""
    tickets = select(ReleaseItem.reference).where(
        ReleaseItem.release_id == release_id,
        ReleaseItem.kind == ItemKind.JIRA_TICKET,
        ReleaseItem.deleted_at.is_(None),
    )
    return [row.reference for row in await reader.all(tickets.order_by(ReleaseItem.reference).limit(200))]


async def find_releases(reader: Reader, text: str, limit: int = 12) -> list[ReleaseBrief]:
    """Releases whose key or title has every word of the text, the latest moved first."""
    wanted = Filter(words=tuple(text.split()[:8]))
    today, month_start = lists.days_of("UTC")
    nobody = lists.Resolved(me=None, today=today, month_start=month_start)
    return [_brief(row) for row in await reader.all(lists.rows_for(wanted, nobody).limit(limit))]


def _brief(row: Any) -> ReleaseBrief:
    return ReleaseBrief(
        id=row.id,
        key=row.key,
        title=row.title,
        service_name=row.service_name,
        status=Status(row.status),
        version=row.version,
    )
