"""Making, editing and blocking releases."""

from datetime import date
from typing import TypedDict
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit, identity, sprints
from cutwater.kernel import clock, search
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import changed, moved
from cutwater.kernel.errors import NotFound, refuse
from cutwater.kernel.frozen import frozen
from cutwater.kernel.ids import new_id, next_key
from cutwater.kernel.keyed import held
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import SessionReader
from cutwater.releases.catalogue.models import Service
from cutwater.releases.catalogue.service import chosen_service
from cutwater.releases.core.facts import ACTIVE, LABELS, Priority, Status
from cutwater.releases.core.refusals import filled, in_range, unfit
from cutwater.releases.records import permissions
from cutwater.releases.records.events import (
    ReleaseAssigned,
    ReleaseBlocked,
    ReleaseCreated,
    ReleaseUnblocked,
    ReleaseUpdated,
)
from cutwater.releases.records.models import Release

LOOKED_UP = frozenset({"service", "sprint"})


@frozen
class ReleaseDraft:
    """A new release; `service` is a slug or id, `sprint` a key."""

    service: str
    title: str
    description: str = ""
    version: str = ""
    priority: Priority = Priority.MEDIUM
    hotfix: bool = False
    owner_id: UUID | None = None
    sprint: str = ""
    target_date: date | None = None


class ReleaseEdits(TypedDict, total=False):
    """What to change of a release; the status is moved, never edited."""

    service: str
    title: str
    description: str
    version: str
    priority: Priority
    hotfix: bool
    owner_id: UUID | None
    sprint: str | None
    target_date: date | None


async def create_release(tx: AsyncSession, actor: Actor, draft: ReleaseDraft) -> ReleaseCreated:
    """Make a release of a service, in planning."""
    refuse(may=permissions.to_contribute(actor, "create a release"))
    service = await chosen_service(tx, draft.service)
    release = Release(
        id=new_id(),
        key=await next_key(tx, "R"),
        service_id=service.id,
        title=_titled(draft.title),
        description=draft.description,
        version=draft.version,
        status=Status.PLANNING.value,
        priority=draft.priority.value,
        hotfix=draft.hotfix,
        owner_id=await _owner(tx, draft.owner_id),
        sprint_id=await _sprint(tx, draft.sprint),
        target_date=draft.target_date and in_range("target_date", draft.target_date),
        moved_at=clock.now(),
    )
    tx.add(release)
    await tx.flush()
    created = ReleaseCreated(release_id=release.id, key=release.key, title=release.title)
    await audit.record(tx, actor, created)
    await _index(tx, release, service.name)
    return created


async def update_release(
    tx: AsyncSession, actor: Actor, key: str, edits: ReleaseEdits, *, seen_revision: int | None
) -> ReleaseUpdated:
    """Change the fields that are given; a new owner is an event of its own.

    An archived service and an owner who has left may stay; they are not chosen anew.
    """
    release = await held(tx, Release, key, what="This release")
    refuse(
        may=permissions.to_contribute(actor, "edit a release"),
        seen=await audit.stale(tx, "release", release, seen_revision),
    )
    service = await _service_of(tx, release, edits)
    changes = changed(release, await _wanted(tx, release, service, edits), private=("description",))
    updated = ReleaseUpdated(release_id=release.id, key=release.key, changes=changes.without("owner_id"))
    if updated.changes:
        await audit.record(tx, actor, updated)
        await _index(tx, release, service.name)
    if "owner_id" in changes:
        owner = moved("owner_id", *changes.fields["owner_id"])
        await audit.record(tx, actor, ReleaseAssigned(release_id=release.id, key=release.key, changes=owner))
    return updated


async def block_release(
    tx: AsyncSession, actor: Actor, key: str, reason: str, *, seen_revision: int | None
) -> ReleaseBlocked:
    """Block a release by hand; the reason is shown wherever it appears."""
    release = await held(tx, Release, key, what="This release")
    refuse(
        may=permissions.to_contribute(actor, "block a release"),
        seen=await audit.stale(tx, "release", release, seen_revision),
        rules=_not_under_way(release),
    )
    why = filled("reason", reason, "Say what blocks it.")
    since = clock.now() if release.blocked_reason is None else release.blocked_at
    changed(release, {"blocked_reason": why, "blocked_by_id": actor.user_id, "blocked_at": since})
    blocked = ReleaseBlocked(release_id=release.id, key=release.key)
    await audit.record(tx, actor, blocked, note=why)
    return blocked


async def unblock_release(
    tx: AsyncSession, actor: Actor, key: str, *, seen_revision: int | None
) -> ReleaseUnblocked:
    """Lift a block that was set by hand; doing it twice changes nothing."""
    release = await held(tx, Release, key, what="This release")
    refuse(
        may=permissions.to_contribute(actor, "lift a block"),
        seen=await audit.stale(tx, "release", release, seen_revision),
    )
    unblocked = ReleaseUnblocked(release_id=release.id, key=release.key)
    if changed(release, {"blocked_reason": None, "blocked_by_id": None, "blocked_at": None}):
        await audit.record(tx, actor, unblocked)
    return unblocked


async def _wanted(
    tx: AsyncSession, release: Release, service: Service, edits: ReleaseEdits
) -> dict[str, object]:
    """The columns as they are to be, each checked."""
    wanted: dict[str, object] = {name: value for name, value in edits.items() if name not in LOOKED_UP}
    wanted["service_id"] = service.id
    if "title" in edits:
        wanted["title"] = _titled(edits["title"])
    target_date = edits.get("target_date")
    if target_date is not None:
        in_range("target_date", target_date)
    if "sprint" in edits:
        wanted["sprint_id"] = await _sprint(tx, edits["sprint"])
    if "owner_id" in edits and edits["owner_id"] != release.owner_id:
        await _owner(tx, edits["owner_id"])
    return wanted


async def _service_of(tx: AsyncSession, release: Release, edits: ReleaseEdits) -> Service:
    """The service it is of, or the one that was chosen instead."""
    service = (await tx.scalars(select(Service).where(Service.id == release.service_id))).one()
    given = edits.get("service", service.slug)
    is_the_same = given.lower() in (service.slug, str(service.id))
    return service if is_the_same else await chosen_service(tx, given)


async def _sprint(tx: AsyncSession, key: str | None) -> UUID | None:
    if not key:
        return None
    sprint = await sprints.sprint_by_key(SessionReader(tx), key)
    if sprint is None:
        raise unfit("sprint", f"There is no sprint {key}.")
    return sprint.id


async def _owner(tx: AsyncSession, owner_id: UUID | None) -> UUID | None:
    if owner_id is None:
        return None
    try:
        return (await identity.person_in_organization(tx, owner_id)).id
    except NotFound:
        raise unfit("owner_id", "Choose a member of the organization.") from None


def _titled(title: str) -> str:
    return filled("title", title, "Give the release a title.")


def _not_under_way(release: Release) -> list[Obstacle]:
    status = Status(release.status)
    if status in ACTIVE:
        return []
    return [
        Obstacle(
            code="release.finished",
            text=f"{release.key} is {LABELS[status]} and cannot be blocked.",
            hint="Plan a new release.",
        )
    ]


async def _index(tx: AsyncSession, release: Release, service_name: str) -> None:
    """Let it be found by its key, title, service and version."""
    await search.put(
        tx,
        kind="release",
        id=release.id,
        key=release.key,
        title=release.title,
        path=f"/releases/{release.key}",
        words=f"{service_name} {release.version}",
    )
