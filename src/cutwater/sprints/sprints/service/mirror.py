"""Sprints of another system, kept as it has them."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel import clock
from cutwater.kernel.changes import changed
from cutwater.kernel.frozen import frozen
from cutwater.kernel.ids import new_id, next_keys
from cutwater.sprints.core.facts import SprintState
from cutwater.sprints.core.records import Batch, SprintRecord
from cutwater.sprints.sites.service import board_ids
from cutwater.sprints.sprints.models import Sprint
from cutwater.sprints.sprints.service.sprints import put_in_search


@frozen
class Mirrored:
    """How many sprints were created and updated, and the ids of all by external id and by name."""

    created: int
    updated: int
    ids: dict[str, UUID]


async def mirror_sprints(
    tx: AsyncSession, site_id: UUID, batch: Batch, of_issues: Iterable[tuple[SprintRecord, ...]]
) -> Mirrored:
    """Create and update the sprints of a site, one import at a time.

    The list of sprints outranks what issues say of theirs; a sprint without an id is known by its name.
    """
    wanted = _wanted(batch.sprints, of_issues)
    stored = {
        each.external_id or each.name: each
        for each in await tx.scalars(select(Sprint).where(Sprint.site_id == site_id))
    }
    by_name = {each.name: each for each in stored.values()}
    boards = await board_ids(tx, site_id, sorted({item.board_id for item in wanted if item.board_id}))
    created = await _create(
        tx, site_id, [item for item in wanted if _known(item, stored, by_name) is None], boards
    )
    updated = [
        sprint
        for item in wanted
        if (sprint := _known(item, stored, by_name)) is not None and _refresh(sprint, item, boards)
    ]
    await tx.flush()
    await put_in_search(tx, [*created, *updated])
    every = [*stored.values(), *created]
    ids = {each.name: each.id for each in every}
    ids |= {each.external_id: each.id for each in every if each.external_id}
    return Mirrored(created=len(created), updated=len(updated), ids=ids)


def _wanted(
    listed: Iterable[SprintRecord], of_issues: Iterable[tuple[SprintRecord, ...]]
) -> list[SprintRecord]:
    wanted: dict[str, SprintRecord] = {}
    for item in listed:
        wanted[item.external_id or item.name] = item
    names = {item.name for item in wanted.values()}
    for sprints in of_issues:
        for item in sprints:
            if item.external_id is None and item.name in names:
                continue
            wanted.setdefault(item.external_id or item.name, item)
    return list(wanted.values())


def _known(item: SprintRecord, stored: dict[str, Sprint], by_name: dict[str, Sprint]) -> Sprint | None:
    if item.external_id:
        return stored.get(item.external_id)
    return by_name.get(item.name)


async def _create(
    tx: AsyncSession, site_id: UUID, fresh: list[SprintRecord], boards: dict[str, UUID]
) -> list[Sprint]:
    created = []
    for item, key in zip(fresh, await next_keys(tx, "SPR", len(fresh)), strict=True):
        values = _values(item, boards)
        sprint = Sprint(
            id=new_id(), key=key, site_id=site_id, external_id=item.external_id, revision=1, **values
        )
        sprint.synced_at = clock.now()
        tx.add(sprint)
        created.append(sprint)
    return created


def _values(item: SprintRecord, boards: dict[str, UUID]) -> dict[str, object]:
    started = item.starts_at if item.state in (SprintState.ACTIVE, SprintState.COMPLETED) else None
    return {
        "name": item.name,
        "goal": item.goal or "",
        "state": item.state or SprintState.PLANNING,
        "board_id": boards.get(item.board_id or ""),
        "starts_on": day(item.starts_at),
        "ends_on": day(item.ends_at),
        "started_at": started,
        "completed_at": item.completed_at,
    }


def day(moment: datetime | None) -> date | None:
    """The day of a moment, in UTC: Jira's sprint dates carry no zone of their own."""
    return moment.date() if moment else None


def _refresh(sprint: Sprint, item: SprintRecord, boards: dict[str, UUID]) -> bool:
    """Take over what the source says; a bare name says nothing more. Whether anything changed."""
    told = {
        "name": True,
        "goal": item.goal is not None,
        "state": item.state is not None,
        "board_id": item.board_id is not None,
        "starts_on": item.starts_at is not None,
        "ends_on": item.ends_at is not None,
        "started_at": item.starts_at is not None and item.state is not None,
        "completed_at": item.completed_at is not None,
    }
    sprint.synced_at = clock.now()
    values = _values(item, boards)
    return bool(changed(sprint, {name: values[name] for name, says in told.items() if says}))
