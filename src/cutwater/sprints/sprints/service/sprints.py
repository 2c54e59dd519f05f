"""Sprints made here: created, changed, started, completed, deleted."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock, search
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import changed
from cutwater.kernel.errors import Invalid, refuse
from cutwater.kernel.ids import new_id, next_key
from cutwater.kernel.keyed import held
from cutwater.kernel.obstacle import Obstacle
from cutwater.sprints.core import lifecycle
from cutwater.sprints.core.facts import SiteKind, SprintState
from cutwater.sprints.sites.service import own_site
from cutwater.sprints.sprints import permissions, queries
from cutwater.sprints.sprints.events import SprintCreated, SprintDeleted, SprintMoved, SprintUpdated
from cutwater.sprints.sprints.models import Sprint


async def create_sprint(
    tx: AsyncSession,
    actor: Actor,
    name: str,
    *,
    goal: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> SprintCreated:
    """Make a sprint of our own, in planning."""
    refuse(may=permissions.to_write(actor, "create a sprint"))
    _check(name, starts_on, ends_on)
    site_id = await own_site(tx, SiteKind.NATIVE)
    sprint = await planned(tx, site_id, name, goal=goal, starts_on=starts_on, ends_on=ends_on)
    created = SprintCreated(sprint_id=sprint.id, key=sprint.key, title=name)
    await audit.record(tx, actor, created)
    return created


async def planned(
    tx: AsyncSession,
    site_id: UUID,
    name: str,
    *,
    goal: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Sprint:
    """A new sprint of a site, in planning and in the search; who calls this says what happened."""
    sprint = Sprint(
        id=new_id(),
        key=await next_key(tx, "SPR"),
        site_id=site_id,
        name=name,
        goal=goal,
        state=SprintState.PLANNING,
        starts_on=starts_on,
        ends_on=ends_on,
        revision=1,
    )
    tx.add(sprint)
    await tx.flush()
    await put_in_search(tx, [sprint])
    return sprint


def _check(name: str, starts_on: date | None, ends_on: date | None) -> None:
    wrong = {}
    if not name:
        wrong["name"] = "Give the sprint a name."
    if starts_on and ends_on and ends_on < starts_on:
        wrong["ends_on"] = "The sprint would end before it starts."
    if wrong:
        raise Invalid(wrong)


async def put_in_search(tx: AsyncSession, sprints: Iterable[Sprint]) -> None:
    """Let sprints be found by their keys and the words of their names."""
    entries = [
        search.Entry(kind="sprint", id=each.id, key=each.key, title=each.name, path=f"/sprints/{each.key}")
        for each in sprints
    ]
    await search.put_many(tx, entries)


async def held_sprint(tx: AsyncSession, key: str | UUID) -> Sprint:
    """The sprint, locked; NotFound when it is not this organization's."""
    return await held(tx, Sprint, key, what=f"Sprint {str(key)[:60]}")


def foreign(sprint: Sprint) -> list[Obstacle]:
    """What keeps us from changing a sprint of another system: one has that system's id."""
    return lifecycle.imported(sprint.external_id is None)


async def update_sprint(
    tx: AsyncSession,
    actor: Actor,
    key: str,
    *,
    name: str,
    goal: str,
    starts_on: date | None,
    ends_on: date | None,
    seen_revision: int | None,
) -> UUID:
    """Change the name, goal or dates of a sprint of our own."""
    sprint = await held_sprint(tx, key)
    refuse(
        may=permissions.to_write(actor, "change a sprint"),
        seen=await audit.stale(tx, "sprint", sprint, seen_revision),
        rules=foreign(sprint),
    )
    _check(name, starts_on, ends_on)
    changes = changed(sprint, {"name": name, "goal": goal, "starts_on": starts_on, "ends_on": ends_on})
    if changes:
        await put_in_search(tx, [sprint])
        await audit.record(tx, actor, SprintUpdated(sprint_id=sprint.id, key=sprint.key, changes=changes))
    return sprint.id


async def move_sprint(
    tx: AsyncSession, actor: Actor, key: str, target: SprintState, *, seen_revision: int | None = None
) -> SprintMoved:
    """Start, complete, cancel or take back a sprint, or refuse with every reason."""
    sprint = await held_sprint(tx, key)
    was = SprintState(sprint.state)
    refuse(
        may=permissions.to_write(actor, "move a sprint"),
        seen=await audit.stale(tx, "sprint", sprint, seen_revision),
        rules=lifecycle.obstacles(
            was,
            target,
            is_ours=sprint.external_id is None,
            starts_on=sprint.starts_on,
            ends_on=sprint.ends_on,
        ),
    )
    times = lifecycle.times_of(target, started_at=sprint.started_at, now=clock.now())
    changed(sprint, {"state": target, **times})
    moved = SprintMoved(sprint_id=sprint.id, key=sprint.key, was=was, now=target)
    await audit.record(tx, actor, moved)
    return moved


async def delete_sprint(
    tx: AsyncSession, actor: Actor, key: str, *, seen_revision: int | None = None
) -> None:
    """Delete an empty sprint of our own."""
    sprint = await held_sprint(tx, key)
    inside = await tx.scalar(queries.size_of(sprint.id)) or 0
    refuse(
        may=permissions.to_write(actor, "delete a sprint"),
        seen=await audit.stale(tx, "sprint", sprint, seen_revision),
        rules=foreign(sprint) + lifecycle.filled(inside),
    )
    changed(sprint, {"deleted_at": clock.now()})
    await search.drop(tx, sprint.id)
    await audit.record(tx, actor, SprintDeleted(sprint_id=sprint.id, key=sprint.key))
