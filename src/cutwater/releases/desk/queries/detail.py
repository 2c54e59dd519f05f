"""Everything a release's own page shows, in two trips: the rows, then the names of the people in them."""

from uuid import UUID

from sqlalchemy import Uuid, bindparam

from cutwater import identity
from cutwater.kernel.errors import NotFound
from cutwater.kernel.frozen import frozen
from cutwater.kernel.keyed import FOLDS
from cutwater.kernel.reader import Fixed, Reader
from cutwater.kernel.rows import Bound
from cutwater.releases.approvals.queries import ApprovalRow, approvals_of
from cutwater.releases.comments.queries import CommentRow, comments_of
from cutwater.releases.dependencies.queries import DependencyRow, dependencies_of
from cutwater.releases.deployments.queries import DeploymentRow, deployments_of
from cutwater.releases.desk.queries.rows import HeadRow, head_rows
from cutwater.releases.items.queries import ItemRow, items_of
from cutwater.releases.records.models import Release


@frozen
class Detail:
    """A release with everything that belongs to it, and the names of everybody in it."""

    release: HeadRow
    items: list[ItemRow]
    dependencies: list[DependencyRow]
    approvals: list[ApprovalRow]
    deployments: list[DeploymentRow]
    comments: list[CommentRow]
    names: dict[UUID, str]

    def name(self, person_id: UUID | None) -> str:
        """A person's name; empty for nobody."""
        return self.names.get(person_id, "Somebody who left") if person_id else ""


async def release_detail(reader: Reader, key: str) -> Detail:
    """The release with this key or id and all that belongs to it; NotFound when there is none."""
    heads, items, dependencies, approvals, deployments, comments = await reader.batch(
        _head(key),
        items_of(key),
        dependencies_of(key),
        approvals_of(key),
        deployments_of(key),
        comments_of(key),
    )
    if not heads:
        raise NotFound("This release")
    release = heads[0]
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
        names=await identity.names(reader, people),
    )


async def release_row(reader: Reader, key: str | UUID) -> HeadRow:
    """One release with its description; NotFound when there is none."""
    row = await reader.first(_head(str(key)))
    if row is None:
        raise NotFound("This release")
    return row


_HEAD_BY_ID = Fixed(HeadRow, head_rows().where(Release.id == bindparam("id", type_=Uuid())).statement)
_HEAD_BY_KEY = Fixed(HeadRow, head_rows().where(Release.key == bindparam("key")).statement)


def _head(key: str) -> Bound[HeadRow]:
    """As `keyed.named` would find it, but compiled once: this is asked for every page of a release."""
    try:
        return _HEAD_BY_ID(id=UUID(key))
    except ValueError:
        return _HEAD_BY_KEY(key=FOLDS["key"](key) if key.isprintable() else "")
