"""The items of a release: tickets picked from imported issues or typed, pull and merge requests."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit, sprints
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Invalid, refuse_if
from cutwater.kernel.etags import refuse_stale
from cutwater.kernel.frozen import frozen
from cutwater.kernel.ids import new_id
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import SessionReader, any_of
from cutwater.releases.core import references
from cutwater.releases.core.facts import ACTIVE, LABELS, ItemKind, Status
from cutwater.releases.items.events import ItemAdded, ItemChanged, ItemRemoved
from cutwater.releases.items.models import ReleaseItem
from cutwater.releases.records import permissions, queries
from cutwater.releases.records.models import Release


@frozen
class ItemDraft:
    """A new item: `reference` as typed or pasted; the rest counts when no imported issue has that key."""

    reference: str
    title: str = ""
    status: str = ""
    is_done: bool | None = None
    assignee: str = ""
    url: str = ""


CHANGEABLE = ("title", "status", "assignee", "url", "is_done")


async def add_item(tx: AsyncSession, actor: Actor, key: str, draft: ItemDraft) -> ReleaseItem:
    """Put a ticket or pull request into a release; an imported issue brings its title and status."""
    release = await queries.release_for_update(tx, key)
    refuse_if(permissions.to_contribute(actor, "add an item") + _fixed(release))
    reference = references.parse(draft.reference)
    if reference is None:
        raise Invalid({"reference": references.EXPECTED})
    refuse_if(await _there_already(tx, release, reference))
    item = ReleaseItem(
        id=new_id(),
        release_id=release.id,
        kind=reference.kind.value,
        reference=reference.text,
        repository=reference.repository,
        number=reference.number,
        url=draft.url or reference.url,
        title=draft.title.strip(),
        status=draft.status.strip() or "Open",
        assignee=draft.assignee.strip(),
        is_done=references.is_done(reference.kind, draft.status) if draft.is_done is None else draft.is_done,
    )
    if reference.kind is ItemKind.JIRA_TICKET:
        issue = await sprints.issue_by_key(SessionReader(tx), reference.text)
        if issue is not None:
            item.issue_id = issue.id
            _take_over(item, issue)
    tx.add(item)
    await tx.flush()
    added = ItemAdded(
        release_id=release.id,
        key=release.key,
        item_id=item.id,
        kind=item.kind,
        reference=item.reference,
        issue_id=item.issue_id,
    )
    await audit.record(tx, actor, added)
    return item


async def update_item(
    tx: AsyncSession,
    actor: Actor,
    key: str,
    item_id: UUID,
    changes: Mapping[str, Any],
    *,
    seen_revision: int | None,
) -> ReleaseItem:
    """Change what was typed for an item; one of an imported issue follows the issue and is refused."""
    release = await queries.release_for_update(tx, key)
    item = await queries.owned_for_update(tx, ReleaseItem, release, item_id, "This item")
    refuse_if(permissions.to_contribute(actor, "change an item") + _fixed(release) + _followed(item))
    refuse_stale(item.revision, seen_revision)
    was_done = item.is_done
    for name in CHANGEABLE:
        if name in changes and changes[name] is not None:
            setattr(item, name, changes[name])
    if "status" in changes and changes.get("is_done") is None:
        item.is_done = references.is_done(ItemKind(item.kind), item.status)
    item.revision += 1
    await _record_change(tx, actor, release, item, was_done)
    return item


async def remove_item(
    tx: AsyncSession, actor: Actor, key: str, item_id: UUID, *, seen_revision: int | None
) -> None:
    """Take an item out of a release."""
    release = await queries.release_for_update(tx, key)
    item = await queries.owned_for_update(tx, ReleaseItem, release, item_id, "This item")
    refuse_if(permissions.to_contribute(actor, "remove an item") + _fixed(release))
    refuse_stale(item.revision, seen_revision)
    item.deleted_at = clock.now()
    item.revision += 1
    removed = ItemRemoved(
        release_id=release.id,
        key=release.key,
        item_id=item.id,
        reference=item.reference,
        issue_id=item.issue_id,
    )
    await audit.record(tx, actor, removed)


async def refresh_items_of(tx: AsyncSession, actor: Actor, release: Release) -> None:
    """Bring the copies of imported issues up to date, so that a decision is taken on what is true now."""
    followed = select(ReleaseItem).where(
        ReleaseItem.release_id == release.id,
        ReleaseItem.issue_id.is_not(None),
        ReleaseItem.deleted_at.is_(None),
    )
    await _refresh(tx, actor, list(await tx.scalars(followed)), {release.id: release})


async def refresh_items(tx: AsyncSession, actor: Actor) -> int:
    """The same for every release that is under way; how many items changed."""
    releases = {
        each.id: each
        for each in await tx.scalars(
            select(Release).where(
                any_of(Release.status, [status.value for status in ACTIVE]), Release.deleted_at.is_(None)
            )
        )
    }
    followed = (
        select(ReleaseItem)
        .where(
            any_of(ReleaseItem.release_id, releases),
            ReleaseItem.issue_id.is_not(None),
            ReleaseItem.deleted_at.is_(None),
        )
        .order_by(ReleaseItem.id)
        .with_for_update()
    )
    return await _refresh(tx, actor, list(await tx.scalars(followed)), releases)


async def _refresh(
    tx: AsyncSession, actor: Actor, items: list[ReleaseItem], releases: Mapping[UUID, Release]
) -> int:
    """Copy what the issues say now; an event for each item that became done or open again."""
    ids = {item.issue_id for item in items if item.issue_id is not None}
    briefs = await sprints.issues_by_ids(SessionReader(tx), ids) if ids else []
    issues = {brief.id: brief for brief in briefs}
    changed = 0
    for item in items:
        issue = issues.get(item.issue_id) if item.issue_id else None
        if issue is None or _copy_of(item) == _copied(issue):
            continue
        was_done = item.is_done
        _take_over(item, issue)
        item.revision += 1
        changed += 1
        await _record_change(tx, actor, releases[item.release_id], item, was_done)
    return changed


def _take_over(item: ReleaseItem, issue: sprints.IssueBrief) -> None:
    item.reference, item.title, item.status, item.is_done, item.assignee = _copied(issue)
    item.synced_at, item.sync_error = clock.now(), ""


def _copied(issue: sprints.IssueBrief) -> tuple[str, str, str, bool, str]:
    is_done = str(issue.status_category).upper() == "DONE"
    return issue.key, issue.title, issue.status or "", is_done, issue.assignee_name or ""


def _copy_of(item: ReleaseItem) -> tuple[str, str, str, bool, str]:
    return item.reference, item.title, item.status, item.is_done, item.assignee


async def _record_change(
    tx: AsyncSession, actor: Actor, release: Release, item: ReleaseItem, was_done: bool
) -> None:
    changed = ItemChanged(
        release_id=release.id,
        key=release.key,
        item_id=item.id,
        reference=item.reference,
        was_done=was_done,
        is_done=item.is_done,
    )
    await audit.record(tx, actor, changed)


async def _there_already(
    tx: AsyncSession, release: Release, reference: references.Reference
) -> list[Obstacle]:
    """Hosts take a repository's name in any case for the same one, and so does a release."""
    there = await tx.scalar(
        select(ReleaseItem.reference).where(
            ReleaseItem.release_id == release.id,
            ReleaseItem.kind == reference.kind.value,
            func.lower(ReleaseItem.reference) == reference.text.lower(),
            ReleaseItem.deleted_at.is_(None),
        )
    )
    if there is None:
        return []
    return [
        Obstacle(
            code="item.there_already",
            text=f"{there} is in {release.key} already.",
            hint="Change the item that is there, or take it out first.",
            cleared_by="anyone who may edit the release",
        )
    ]


def _fixed(release: Release) -> list[Obstacle]:
    """A release that left the way to production keeps the items it has."""
    status = Status(release.status)
    if status in ACTIVE:
        return []
    return [
        Obstacle(
            code="release.finished",
            text=f"{release.key} is {LABELS[status]}; its items stay as they are.",
            hint="Plan a new release for further work.",
        )
    ]


def _followed(item: ReleaseItem) -> list[Obstacle]:
    if item.issue_id is None:
        return []
    return [
        Obstacle(
            code="item.follows_issue",
            text=f"{item.reference} follows the imported issue.",
            hint="Change the issue; the item takes it over.",
            cleared_by="whoever works on the issue",
        )
    ]
