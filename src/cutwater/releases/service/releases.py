"""Making, editing, blocking and deleting releases."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit, identity, sprints
from cutwater.kernel import clock, search
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Conflict, Invalid, NotFound, refuse_if
from cutwater.kernel.etags import refuse_stale
from cutwater.kernel.ids import new_id, next_key
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import SessionReader
from cutwater.releases import permissions, queries
from cutwater.releases.drafts import ReleaseDraft
from cutwater.releases.events import (
    ReleaseAssigned,
    ReleaseBlocked,
    ReleaseCreated,
    ReleaseDeleted,
    ReleaseMoved,
    ReleaseUnblocked,
    ReleaseUpdated,
)
from cutwater.releases.facts import LABELS, Status, rank
from cutwater.releases.models import Release, Service
from cutwater.releases.refusals import unfit

EDITABLE = ("title", "description", "version", "priority", "hotfix", "target_date")
FREE_TEXT = frozenset({"description"})
FIRST_YEAR, LAST_YEAR = 2000, 2200
NEW_REVISION = frozenset(
    each.name for each in (ReleaseMoved, ReleaseUpdated, ReleaseAssigned, ReleaseBlocked, ReleaseUnblocked)
)


async def create_release(tx: AsyncSession, actor: Actor, draft: ReleaseDraft) -> Release:
    """Make a release of a service, in planning."""
    refuse_if(permissions.to_contribute(actor, "create a release"))
    service = await _service(tx, draft.service)
    await _owner(tx, draft.owner_id)
    release = Release(
        id=new_id(),
        key=await next_key(tx, "R"),
        service_id=service.id,
        title=_title(draft.title),
        description=draft.description,
        version=draft.version,
        status=Status.PLANNING.value,
        priority=draft.priority.value,
        hotfix=draft.hotfix,
        owner_id=draft.owner_id,
        sprint_id=await _sprint(tx, draft.sprint),
        target_date=_target_date(draft.target_date),
        moved_at=clock.now(),
    )
    tx.add(release)
    await tx.flush()
    created = ReleaseCreated(release_id=release.id, key=release.key, title=release.title)
    await audit.record(tx, actor, created)
    await find_by(tx, release, service.name)
    return release


async def edit_release(
    tx: AsyncSession, actor: Actor, key: str, changes: Mapping[str, Any], *, seen_revision: int | None
) -> Release:
    """Change the fields that are given: those of `EDITABLE`, and `service`, `sprint` and `owner_id`.

    An archived service and an owner who has left may stay; they are not chosen anew.
    """
    release = await queries.release_for_update(tx, key)
    refuse_if(permissions.to_contribute(actor, "edit a release"))
    await refuse_unseen(tx, actor, release, seen_revision)
    service, owner_before = await _its_service(tx, release), release.owner_id
    before = {name: getattr(release, name) for name in (*EDITABLE, "service_id", "sprint_id")}
    for name in EDITABLE:
        if name in changes:
            setattr(release, name, CHECKED.get(name, _plain)(changes[name]))
    if "service" in changes and changes["service"] not in (service.slug, str(service.id)):
        service = await _service(tx, changes["service"])
        release.service_id = service.id
    if "sprint" in changes:
        release.sprint_id = await _sprint(tx, changes["sprint"])
    if "owner_id" in changes and changes["owner_id"] != owner_before:
        await _owner(tx, changes["owner_id"])
        release.owner_id = changes["owner_id"]
    differences = _differences(before, release)
    await _record_edit(tx, actor, release, differences, owner_before)
    if differences:
        await find_by(tx, release, service.name)
    return release


async def block_release(
    tx: AsyncSession, actor: Actor, key: str, reason: str, *, seen_revision: int | None
) -> Release:
    """Block a release by hand; the reason is shown wherever it stands."""
    release = await queries.release_for_update(tx, key)
    refuse_if(permissions.to_contribute(actor, "block a release"))
    await refuse_unseen(tx, actor, release, seen_revision)
    if not reason.strip():
        raise Invalid({"reason": "Say what blocks it."})
    refuse_if(_not_under_way(release, "blocked"))
    is_new = release.blocked_reason is None
    release.blocked_reason, release.blocked_by_id = reason.strip(), actor.user_id
    release.blocked_at = clock.now() if is_new else release.blocked_at
    release.revision += 1
    await audit.record(tx, actor, ReleaseBlocked(release_id=release.id, key=release.key), note=reason.strip())
    return release


async def unblock_release(tx: AsyncSession, actor: Actor, key: str, *, seen_revision: int | None) -> Release:
    """Lift a block that was set by hand; doing it twice changes nothing."""
    release = await queries.release_for_update(tx, key)
    refuse_if(permissions.to_contribute(actor, "lift a block"))
    await refuse_unseen(tx, actor, release, seen_revision)
    if release.blocked_reason is None:
        return release
    release.blocked_reason = release.blocked_at = release.blocked_by_id = None
    release.revision += 1
    await audit.record(tx, actor, ReleaseUnblocked(release_id=release.id, key=release.key))
    return release


async def delete_release(tx: AsyncSession, actor: Actor, key: str, *, seen_revision: int | None) -> None:
    """Take a release away; refused while others depend on it, and once it was deployed."""
    release = await queries.release_for_update(tx, key)
    refuse_if(permissions.to_contribute(actor, "delete a release"))
    await refuse_unseen(tx, actor, release, seen_revision)
    refuse_if(await _stranded(tx, release))
    release.deleted_at = clock.now()
    release.revision += 1
    await audit.record(tx, actor, ReleaseDeleted(release_id=release.id, key=release.key))
    await search.drop(tx, release.id)


async def refuse_unseen(tx: AsyncSession, actor: Actor, release: Release, seen_revision: int | None) -> None:
    """Refuse to change a release that is not as it was seen, and say who did what to it."""
    if seen_revision is None or seen_revision == release.revision:
        return
    latest = await audit.feed(SessionReader(tx), actor, "release", release.id, 20)
    last = next((each for each in latest if each.name in NEW_REVISION), None)
    told = f"{last.actor_name} changed it since you looked: {last.headline}" if last else ""
    refuse_stale(release.revision, seen_revision, told)


async def find_by(tx: AsyncSession, release: Release, service_name: str) -> None:
    """Make the release findable by its key, title, service and version."""
    await search.put(
        tx,
        kind="release",
        id=release.id,
        key=release.key,
        title=release.title,
        path=f"/releases/{release.key}",
        words=f"{service_name} {release.version}",
    )


def _title(title: str) -> str:
    if not title.strip():
        raise Invalid({"title": "Give the release a title."})
    return title.strip()


def _target_date(day: date | None) -> date | None:
    if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Invalid({"target_date": f"Use a year between {FIRST_YEAR} and {LAST_YEAR}."})
    return day


def _plain(value: Any) -> Any:
    return value.value if hasattr(value, "value") else value


CHECKED: dict[str, Callable[[Any], Any]] = {"title": _title, "target_date": _target_date}


async def _service(tx: AsyncSession, slug: str) -> Service:
    """The service a release is to belong to: it exists and is not archived."""
    try:
        service = await queries.service_for_update(tx, slug)
    except NotFound:
        raise unfit("service", "Choose a service of the list.") from None
    if service.archived_at is not None:
        raise unfit("service", f"{service.name} is archived; choose another service.")
    return service


async def _its_service(tx: AsyncSession, release: Release) -> Service:
    return (await tx.scalars(select(Service).where(Service.id == release.service_id))).one()


async def _sprint(tx: AsyncSession, key: str | None) -> UUID | None:
    if not key:
        return None
    sprint = await sprints.sprint_by_key(SessionReader(tx), key)
    if sprint is None:
        raise unfit("sprint", f"There is no sprint {key}.")
    return sprint.id


async def _owner(tx: AsyncSession, owner_id: UUID | None) -> None:
    if owner_id is None:
        return
    try:
        await identity.person_in_organization(tx, owner_id)
    except NotFound:
        raise unfit("owner_id", "Choose a member of the organization.") from None


def _differences(before: dict[str, Any], release: Release) -> dict[str, tuple[Any, Any]]:
    """What was changed; of free text only that it was, because the log keeps no free text."""
    changed = {
        name: (was, getattr(release, name)) for name, was in before.items() if was != getattr(release, name)
    }
    return {name: ("…", "…") if name in FREE_TEXT else pair for name, pair in changed.items()}


async def _record_edit(
    tx: AsyncSession,
    actor: Actor,
    release: Release,
    differences: dict[str, tuple[Any, Any]],
    owner_before: UUID | None,
) -> None:
    """One event for the fields and one for the owner, as far as they changed."""
    if differences or release.owner_id != owner_before:
        release.revision += 1
    if differences:
        updated = ReleaseUpdated(release_id=release.id, key=release.key, differences=differences)
        await audit.record(tx, actor, updated)
    if release.owner_id != owner_before:
        assigned = ReleaseAssigned(
            release_id=release.id, key=release.key, was=owner_before, now=release.owner_id
        )
        await audit.record(tx, actor, assigned)


def _not_under_way(release: Release, done: str) -> list[Obstacle]:
    status = Status(release.status)
    if rank(status) >= 0 and status is not Status.DEPLOYED:
        return []
    return [
        Obstacle(
            code="release.finished",
            text=f"{release.key} is {LABELS[status]} and cannot be {done}.",
            hint="Plan a new release.",
        )
    ]


async def _stranded(tx: AsyncSession, release: Release) -> list[Obstacle]:
    """What would be left hanging if the release were gone."""
    if release.production_at is not None:
        raise Conflict(
            [
                Obstacle(
                    code="release.was_deployed",
                    text=f"{release.key} was deployed; its history stays.",
                    hint="Roll it back, or leave it.",
                )
            ]
        )
    rows = await SessionReader(tx).all(queries.dependencies_of(release.key))
    return [
        Obstacle(
            code="release.needed",
            text=f"{row.peer_key} depends on it.",
            hint=f"Remove the dependency of {row.peer_key} first.",
            cleared_by="anyone who may edit the release",
        )
        for row in rows
        if not row.is_blocker or row.kind == "REQUIRES_SYNC"
    ]
