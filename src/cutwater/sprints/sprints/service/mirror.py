"""Sprints of another system, kept as it has them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel import clock
from cutwater.kernel.ids import new_id, next_keys
from cutwater.sprints.core.facts import SprintState
from cutwater.sprints.core.records import Batch, SprintRecord
from cutwater.sprints.sites.models import Board
from cutwater.sprints.sprints.models import Sprint
from cutwater.sprints.sprints.service.verbs import findable


async def mirror_sprints(
    tx: AsyncSession, site_id: UUID, batch: Batch, of_issues: Iterable[tuple[SprintRecord, ...]]
) -> tuple[int, int, dict[str, UUID]]:
    """Create and update sprints; gives how many of each, and ids by external id and by name.

    The list of sprints outranks what issues say of theirs; a sprint without an id is known by its name.
    """
    wanted = _wanted(batch.sprints, of_issues)
    stored = {
        each.external_id or each.name: each
        for each in await tx.scalars(select(Sprint).where(Sprint.site_id == site_id))
    }
    by_name = {each.name: each for each in stored.values()}
    boards = await _boards(tx, site_id, wanted)
    fresh = [item for item in wanted if _found(item, stored, by_name) is None]
    keys = await next_keys(tx, "SPR", len(fresh))
    created = []
    for item, key in zip(fresh, keys, strict=True):
        sprint = Sprint(
            id=new_id(),
            key=key,
            site_id=site_id,
            external_id=item.external_id,
            revision=1,
            **_values(item, boards),
        )
        tx.add(sprint)
        created.append(sprint)
    updated = [
        each
        for item in wanted
        if (each := _found(item, stored, by_name)) is not None and _refresh(each, item, boards)
    ]
    await tx.flush()
    await findable(tx, [*created, *updated])
    every = [*stored.values(), *created]
    ids = {each.name: each.id for each in every}
    ids |= {each.external_id: each.id for each in every if each.external_id}
    return len(created), len(updated), ids


def _wanted(
    listed: Iterable[SprintRecord], of_issues: Iterable[tuple[SprintRecord, ...]]
) -> list[SprintRecord]:
    found: dict[str, SprintRecord] = {}
    for item in listed:
        found[item.external_id or item.name] = item
    names = {item.name for item in found.values()}
    for sprints in of_issues:
        for item in sprints:
            if item.external_id is None and item.name in names:
                continue
            found.setdefault(item.external_id or item.name, item)
    return list(found.values())


def _found(item: SprintRecord, stored: dict[str, Sprint], by_name: dict[str, Sprint]) -> Sprint | None:
    if item.external_id:
        return stored.get(item.external_id)
    return by_name.get(item.name)


async def _boards(tx: AsyncSession, site_id: UUID, wanted: list[SprintRecord]) -> dict[str, UUID]:
    ids = sorted({item.board_id for item in wanted if item.board_id})
    if ids:
        rows: list[dict[str, Any]] = [
            {"id": new_id(), "site_id": site_id, "external_id": each} for each in ids
        ]
        await tx.execute(insert(Board).on_conflict_do_nothing(), rows)
    found = await tx.execute(select(Board.external_id, Board.id).where(Board.site_id == site_id))
    return {row.external_id: row.id for row in found.all()}


def _values(item: SprintRecord, boards: dict[str, UUID]) -> dict[str, Any]:
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
        "synced_at": clock.now(),
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
    values = _values(item, boards)
    sprint.synced_at = values["synced_at"]
    changed = {name for name, says in told.items() if says and getattr(sprint, name) != values[name]}
    for name in changed:
        setattr(sprint, name, values[name])
    sprint.revision += bool(changed)
    return bool(changed)
