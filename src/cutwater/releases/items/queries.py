"""The items of a release, and the releases that carry an issue."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select

from cutwater.kernel.reader import Reader, Rows, any_of
from cutwater.releases.core.facts import ItemKind
from cutwater.releases.items.models import ReleaseItem
from cutwater.releases.records.models import Release
from cutwater.releases.records.queries import ReleaseBrief, briefs, this_release


class ItemRow(NamedTuple):
    """A ticket or pull request of a release."""

    id: UUID
    kind: str
    issue_id: UUID | None
    reference: str
    repository: str
    number: int | None
    url: str
    title: str
    status: str
    is_done: bool
    assignee: str
    synced_at: datetime | None
    sync_error: str
    revision: int
    created_at: datetime


def items_of(key: str) -> Rows[ItemRow]:
    """The items of a release, oldest first."""
    return Rows(
        ItemRow,
        select(
            ReleaseItem.id,
            ReleaseItem.kind,
            ReleaseItem.issue_id,
            ReleaseItem.reference,
            ReleaseItem.repository,
            ReleaseItem.number,
            ReleaseItem.url,
            ReleaseItem.title,
            ReleaseItem.status,
            ReleaseItem.is_done,
            ReleaseItem.assignee,
            ReleaseItem.synced_at,
            ReleaseItem.sync_error,
            ReleaseItem.revision,
            ReleaseItem.created_at,
        )
        .where(ReleaseItem.release_id.in_(this_release(key)), ReleaseItem.deleted_at.is_(None))
        .order_by(ReleaseItem.created_at, ReleaseItem.id),
    )


def releases_carrying(condition: ColumnElement[bool]) -> Select[UUID]:
    """The ids of the releases with an item that meets a condition."""
    return select(ReleaseItem.release_id).where(condition, ReleaseItem.deleted_at.is_(None))


def belongs_to_sprint(sprint_id: UUID, issues: Iterable[UUID]) -> ColumnElement[bool]:
    """Whether a release is planned for a sprint or carries one of its issues."""
    carries = Release.id.in_(releases_carrying(any_of(ReleaseItem.issue_id, issues)))
    return or_(Release.sprint_id == sprint_id, carries)


async def releases_of_issue(reader: Reader, issue_id: UUID) -> list[ReleaseBrief]:
    """The releases that carry an issue, the latest moved first."""
    return await briefs(reader, Release.id.in_(releases_carrying(ReleaseItem.issue_id == issue_id)))


async def releases_of_sprint(reader: Reader, sprint_id: UUID, issues: Iterable[UUID]) -> list[ReleaseBrief]:
    """The releases of a sprint, by its name or by its issues, the latest moved first; at most fifty."""
    return await briefs(reader, belongs_to_sprint(sprint_id, issues), limit=50)


async def issue_keys_of(reader: Reader, release_id: UUID) -> list[str]:
    """The keys of the issues a release carries, as its items name them."""
    tickets = select(ReleaseItem.reference).where(
        ReleaseItem.release_id == release_id,
        ReleaseItem.kind == ItemKind.JIRA_TICKET,
        ReleaseItem.deleted_at.is_(None),
    )
    return await reader.scalars(tickets.order_by(ReleaseItem.reference).limit(200))
