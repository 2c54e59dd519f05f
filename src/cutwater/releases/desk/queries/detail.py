"""What a release's own page shows, in two trips: the rows, then the names of the people in them."""

from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam

from cutwater import identity
from cutwater.kernel.errors import NotFound
from cutwater.kernel.frozen import frozen
from cutwater.kernel.reader import Fixed, Reader
from cutwater.kernel.rows import Bound, Untyped
from cutwater.releases.approvals.queries import approvals_of
from cutwater.releases.comments.queries import comments_of
from cutwater.releases.dependencies.queries import dependencies_of
from cutwater.releases.deployments.queries import deployments_of
from cutwater.releases.desk.queries.rows import release_rows
from cutwater.releases.items.queries import items_of
from cutwater.releases.records.models import Release


@frozen
class Detail:
    """A release with everything that belongs to it, as rows, and the names of everybody in them."""

    release: Any
    items: list[Any]
    dependencies: list[Any]
    approvals: list[Any]
    deployments: list[Any]
    comments: list[Any]
    names: dict[UUID, str]

    def name(self, person_id: UUID | None) -> str:
        """A person's name; empty for nobody."""
        return self.names.get(person_id, "Somebody who left") if person_id else ""


async def release_detail(reader: Reader, key: str) -> Detail:
    """The release with this key or id and all that belongs to it; NotFound when there is none."""
    head, items, dependencies, approvals, deployments, comments = await reader.batch(
        _head(key),
        items_of(key),
        dependencies_of(key),
        approvals_of(key),
        deployments_of(key),
        comments_of(key),
    )
    if not head:
        raise NotFound("This release")
    release = head[0]
    people = {release.owner_id, release.blocked_by_id, *(row.peer_owner_id for row in dependencies)}
    people |= {row.approver_id for row in approvals} | {row.named_by_id for row in approvals}
    people |= {row.deployed_by_id for row in deployments} | {row.author_id for row in comments}
    return Detail(
        release=release,
        items=items,
        dependencies=dependencies,
        approvals=approvals,
        deployments=deployments,
        comments=comments,
        names=await identity.names(reader, people - {None}),
    )


async def release_row(reader: Reader, key: str) -> Any:
    """One release as lists show it, with its description; NotFound when there is none."""
    row = await reader.first(_head(key))
    if row is None:
        raise NotFound("This release")
    return row


_HEADS = release_rows().add_columns(
    Release.description, Release.blocked_at, Release.blocked_by_id, Release.service_id
)
_HEAD_BY_ID = Fixed(Untyped, _HEADS.where(Release.id == bindparam("id", type_=Uuid())))
_HEAD_BY_KEY = Fixed(Untyped, _HEADS.where(Release.key == bindparam("key")))


def _head(key: str) -> Bound[Any]:
    try:
        return _HEAD_BY_ID(id=UUID(key))
    except ValueError:
        return _HEAD_BY_KEY(key=key.upper() if key.isascii() and "\0" not in key else "")
