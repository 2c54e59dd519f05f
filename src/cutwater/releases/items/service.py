"""The items of a release: tickets picked from imported issues or typed, pull and merge requests."""

from collections.abc import Mapping
from typing import TypedDict
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit, sprints
from cutwater.kernel import clock, etags
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import NOTHING, Changes, changed
from cutwater.kernel.errors import Invalid, refuse
from cutwater.kernel.frozen import frozen
from cutwater.kernel.ids import new_id
from cutwater.kernel.keyed import held, held_all
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import SessionReader, any_of
from cutwater.releases.core import references
from cutwater.releases.core.facts import ACTIVE, LABELS, ItemKind, Status
from cutwater.releases.core.references import Reference
from cutwater.releases.items.events import ItemAdded, ItemChanged, ItemRemoved
from cutwater.releases.items.models import ReleaseItem
from cutwater.releases.records import permissions
from cutwater.releases.records.models import Release

TYPED = frozenset({"reference", "title", "status", "assignee", "url"})
"""People's words and names: the log keeps them where they can be erased."""


@frozen
class ItemDraft:
    """A new item: `reference` as typed or pasted; the rest counts when no imported issue has that key."""

    reference: str
    title: str = ""
    status: str = ""
    is_done: bool | None = None
    assignee: str = ""
    url: str = ""


class ItemEdits(TypedDict, total=False):
    """What to change of a typed item; None leaves a field as it is."""

    title: str | None
    status: str | None
    is_done: bool | None
    assignee: str | None
    url: str | None


async def add_item(tx: AsyncSession, actor: Actor, key: str, draft: ItemDraft) -> ItemAdded:
    """Put a ticket or pull request into a release; an imported issue brings its title and status."""
    release = await held(tx, Release, key, what="This release")
    reference = references.parse(draft.reference)
    refuse(
        may=permissions.to_contribute(actor, "add an item"),
        rules=_fixed(release) or await _there_already(tx, release, reference),
    )
    if reference is None:
        raise Invalid({"reference": references.EXPECTED})
    issue = None
    if reference.kind is ItemKind.JIRA_TICKET:
        issue = await sprints.issue_by_key(SessionReader(tx), reference.text)
    item = _drafted(release, reference, draft, issue)
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
    return added


async def update_item(
    tx: AsyncSession, actor: Actor, key: str, item_id: UUID, edits: ItemEdits, *, seen_revision: int | None
) -> ItemChanged:
    """Change what was typed for an item; one of an imported issue follows the issue and is refused."""
    release = await held(tx, Release, key, what="This release")
    item = await held(tx, ReleaseItem, item_id, ReleaseItem.release_id == release.id, what="This item")
    refuse(
        may=permissions.to_contribute(actor, "change an item"),
        seen=etags.stale(item.revision, seen_revision),
        rules=_fixed(release) + _followed(item),
    )
    wanted = {name: value for name, value in edits.items() if value is not None}
    status = edits.get("status")
    if status is not None and edits.get("is_done") is None:
        wanted["is_done"] = references.is_done(ItemKind(item.kind), status)
    changes = changed(item, wanted, private=TYPED)
    return await _record_change(tx, actor, release, item, changes)


async def remove_item(
    tx: AsyncSession, actor: Actor, key: str, item_id: UUID, *, seen_revision: int | None
) -> ItemRemoved:
    """Take an item out of a release."""
    release = await held(tx, Release, key, what="This release")
    item = await held(tx, ReleaseItem, item_id, ReleaseItem.release_id == release.id, what="This item")
    refuse(
        may=permissions.to_contribute(actor, "remove an item"),
        seen=etags.stale(item.revision, seen_revision),
        rules=_fixed(release),
    )
    changed(item, {"deleted_at": clock.now()})
    removed = ItemRemoved(
        release_id=release.id,
        key=release.key,
        item_id=item.id,
        reference=item.reference,
        issue_id=item.issue_id,
    )
    await audit.record(tx, actor, removed)
    return removed


async def refresh_items_of(tx: AsyncSession, actor: Actor, release: Release) -> None:
    """Bring the copies of imported issues up to date, so that a decision is taken on what is true now."""
    await _refresh(tx, actor, {release.id: release})


async def refresh_items(tx: AsyncSession, actor: Actor) -> int:
    """The same for every release that is under way; how many items changed."""
    under_way = select(Release).where(
        any_of(Release.status, [status.value for status in ACTIVE]), Release.deleted_at.is_(None)
    )
    return await _refresh(tx, actor, {release.id: release for release in await tx.scalars(under_way)})


async def _refresh(tx: AsyncSession, actor: Actor, releases: Mapping[UUID, Release]) -> int:
    """Copy what the issues say now; an event for each item that changed."""
    items = await held_all(
        tx,
        ReleaseItem,
        None,
        any_of(ReleaseItem.release_id, releases),
        ReleaseItem.issue_id.is_not(None),
    )
    ids = {item.issue_id for item in items if item.issue_id is not None}
    briefs = await sprints.issues_by_ids(SessionReader(tx), ids) if ids else []
    issues = {brief.id: brief for brief in briefs}
    count = 0
    for item in items:
        issue = issues.get(item.issue_id) if item.issue_id else None
        changes = changed(item, _copied(issue), private=TYPED) if issue else NOTHING
        if changes:
            item.synced_at, item.sync_error = clock.now(), ""
            count += 1
            await _record_change(tx, actor, releases[item.release_id], item, changes)
    return count


def _drafted(
    release: Release, reference: Reference, draft: ItemDraft, issue: sprints.IssueBrief | None
) -> ReleaseItem:
    is_done = references.is_done(reference.kind, draft.status) if draft.is_done is None else draft.is_done
    typed: dict[str, object] = {
        "reference": reference.text,
        "title": draft.title.strip(),
        "status": draft.status.strip() or "Open",
        "assignee": draft.assignee.strip(),
        "is_done": is_done,
    }
    followed = {**_copied(issue), "issue_id": issue.id, "synced_at": clock.now()} if issue else {}
    return ReleaseItem(
        id=new_id(),
        release_id=release.id,
        kind=reference.kind.value,
        repository=reference.repository,
        number=reference.number,
        url=draft.url or reference.url,
        **typed | followed,
    )


def _copied(issue: sprints.IssueBrief) -> dict[str, object]:
    """What the item that follows an issue has of it."""
    return {
        "reference": issue.key,
        "title": issue.title,
        "status": issue.status or "",
        "is_done": str(issue.status_category).upper() == "DONE",
        "assignee": issue.assignee_name or "",
    }


async def _record_change(
    tx: AsyncSession, actor: Actor, release: Release, item: ReleaseItem, changes: Changes
) -> ItemChanged:
    happened = ItemChanged(
        release_id=release.id, key=release.key, item_id=item.id, reference=item.reference, changes=changes
    )
    if changes:
        await audit.record(tx, actor, happened)
    return happened


async def _there_already(tx: AsyncSession, release: Release, reference: Reference | None) -> list[Obstacle]:
    """Hosts take a repository's name in any case for the same one, and so does a release."""
    if reference is None:
        return []
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
