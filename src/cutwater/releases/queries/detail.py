"""Everything a release's own page shows, in two trips: the rows, then the names of the people in them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, case, select

from cutwater import identity
from cutwater.kernel.errors import NotFound
from cutwater.kernel.frozen import frozen
from cutwater.kernel.reader import Fixed, Reader
from cutwater.kernel.rows import Bound, Untyped
from cutwater.releases.models import (
    Deployment,
    Environment,
    Release,
    ReleaseApproval,
    ReleaseComment,
    ReleaseDependency,
    ReleaseItem,
    Service,
)
from cutwater.releases.queries.columns import Rows, by_key_or_id, release_rows


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


async def rows_of(reader: Reader, key: str, rows: Rows) -> list[Any]:
    """What belongs to a release, after asking whether there is one."""
    release, found = await reader.batch(_this(key), rows)
    if not release:
        raise NotFound("This release")
    return found


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
        .where(ReleaseItem.release_id.in_(_this(key)), ReleaseItem.deleted_at.is_(None))
        .order_by(ReleaseItem.created_at, ReleaseItem.id)
    )


def dependencies_of(key: str) -> Rows:
    """The dependencies of a release with the other one in each; `is_blocker`: the other goes first."""
    this = _this(key).scalar_subquery()
    is_blocker = ReleaseDependency.dependent_id == this
    peer = Release.__table__.alias("peer")
    return (
        select(
            ReleaseDependency.id,
            ReleaseDependency.kind,
            ReleaseDependency.revision,
            ReleaseDependency.created_at,
            is_blocker.label("is_blocker"),
            peer.c.id.label("peer_id"),
            peer.c.key.label("peer_key"),
            peer.c.title.label("peer_title"),
            peer.c.status.label("peer_status"),
            peer.c.owner_id.label("peer_owner_id"),
            peer.c.moved_at.label("peer_moved_at"),
            Service.name.label("peer_service_name"),
        )
        .select_from(ReleaseDependency)
        .join(
            peer,
            peer.c.id
            == case((is_blocker, ReleaseDependency.blocker_id), else_=ReleaseDependency.dependent_id),
        )
        .join(Service, Service.id == peer.c.service_id)
        .where(
            is_blocker | (ReleaseDependency.blocker_id == this),
            ReleaseDependency.deleted_at.is_(None),
        )
        .order_by(is_blocker.desc(), ReleaseDependency.kind, ReleaseDependency.created_at)
    )


def approvals_of(key: str) -> Rows:
    """The named approvers of a release and what they said."""
    return (
        select(
            ReleaseApproval.id,
            ReleaseApproval.approver_id,
            ReleaseApproval.named_by_id,
            ReleaseApproval.verdict,
            ReleaseApproval.note,
            ReleaseApproval.decided_at,
            ReleaseApproval.revision,
            ReleaseApproval.created_at,
        )
        .where(ReleaseApproval.release_id.in_(_this(key)), ReleaseApproval.deleted_at.is_(None))
        .order_by(ReleaseApproval.created_at, ReleaseApproval.id)
    )


def deployments_of(key: str) -> Rows:
    """Where and when a release was deployed, the latest first."""
    return (
        select(
            Deployment.id,
            Deployment.version,
            Deployment.outcome,
            Deployment.deployed_at,
            Deployment.deployed_by_id,
            Deployment.step_key,
            Environment.name.label("environment_name"),
            Environment.kind.label("environment_kind"),
        )
        .select_from(Deployment)
        .join(Environment, Environment.id == Deployment.environment_id)
        .where(Deployment.release_id.in_(_this(key)))
        .order_by(Deployment.deployed_at.desc(), Deployment.id)
    )


def comments_of(key: str) -> Rows:
    """What was written about a release, oldest first."""
    return (
        select(
            ReleaseComment.id,
            ReleaseComment.author_id,
            ReleaseComment.body,
            ReleaseComment.created_at,
            ReleaseComment.edited_at,
            ReleaseComment.revision,
        )
        .where(ReleaseComment.release_id.in_(_this(key)), ReleaseComment.deleted_at.is_(None))
        .order_by(ReleaseComment.created_at, ReleaseComment.id)
    )


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


def _this(key: str) -> Rows:
    return select(Release.id).where(by_key_or_id(key), Release.deleted_at.is_(None))
