"""The items of a release."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from cutwater.releases.catalogue.queries import Rows
from cutwater.releases.items.models import ReleaseItem
from cutwater.releases.records.queries import this_release


def items_of(key: str) -> Rows:
    """The items of a release, oldest first."""
    columns: Iterable[Any] = (
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
    return (
        select(*columns)
        .where(ReleaseItem.release_id.in_(this_release(key)), ReleaseItem.deleted_at.is_(None))
        .order_by(ReleaseItem.created_at, ReleaseItem.id)
    )
