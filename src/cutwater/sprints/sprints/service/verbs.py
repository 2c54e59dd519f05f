"""Sprints made here: created, changed, started, completed."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock, search
from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.errors import Conflict, Invalid, refuse_if
from cutwater.kernel.etags import refuse_stale
from cutwater.kernel.grants import Grant
from cutwater.kernel.ids import new_id, next_key
from cutwater.kernel.obstacle import Obstacle
from cutwater.sprints.core import lifecycle
from cutwater.sprints.core.facts import Origin, SiteKind, SprintState
from cutwater.sprints.sites.service import own_site
from cutwater.sprints.sprints.events import SprintCreated, SprintDeleted, SprintMoved, SprintUpdated
from cutwater.sprints.sprints.models import Sprint, SprintMembership
from cutwater.sprints.sprints.queries import issues_of, sprint_for_update


async def create_sprint(
    tx: AsyncSession,
    actor: Actor,
    name: str,
    *,
    goal: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Sprint:
    """Make a sprint of our own, in planning."""
    refuse_if(lacking(actor, Grant.SPRINTS_WRITE, "create a sprint"))
    _check(name, starts_on, ends_on)
    sprint = Sprint(
        id=new_id(),
        key=await next_key(tx, "SPR"),
        site_id=await own_site(tx, SiteKind.NATIVE),
        name=name,
        goal=goal,
        state=SprintState.PLANNING,
        starts_on=starts_on,
        ends_on=ends_on,
        revision=1,
    )
    tx.add(sprint)
    await tx.flush()
    await findable(tx, [sprint])
    await audit.record(tx, actor, SprintCreated(sprint_id=sprint.id, key=sprint.key, title=name))
    return sprint


def _check(name: str, starts_on: date | None, ends_on: date | None) -> None:
    wrong = {}
    if not name:
        wrong["name"] = "Give the sprint a name."
    if starts_on and ends_on and ends_on < starts_on:
        wrong["ends_on"] = "The sprint would end before it starts."
    if wrong:
        raise Invalid(wrong)


async def findable(tx: AsyncSession, sprints: Sequence[Any]) -> None:
    """Put sprints into the search."""
    await search.put_many(
        tx,
        [
            search.Entry(
                kind="sprint", id=each.id, key=each.key, title=each.name, path=f"/sprints/{each.key}"
            )
            for each in sprints
        ],
    )


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
) -> Sprint:
    """Change the name, goal or dates of a sprint of our own."""
    refuse_if(lacking(actor, Grant.SPRINTS_WRITE, "change a sprint"))
    sprint = await sprint_for_update(tx, key)
    refuse_stale(sprint.revision, seen_revision)
    refuse_if(lifecycle.imported(is_ours(sprint)))
    _check(name, starts_on, ends_on)
    after = {"name": name, "goal": goal, "starts_on": starts_on, "ends_on": ends_on}
    before = {field: getattr(sprint, field) for field in after}
    changed = {field: (before[field], after[field]) for field in after if before[field] != after[field]}
    if not changed:
        return sprint
    for field, value in after.items():
        setattr(sprint, field, value)
    sprint.revision += 1
    await findable(tx, [sprint])
    await audit.record(tx, actor, SprintUpdated(sprint_id=sprint.id, key=sprint.key, fields=changed))
    return sprint


def is_ours(sprint: Any) -> bool:
    """Whether the sprint was made here: one from another system has that system's id."""
    return sprint.external_id is None


async def move_sprint(
    tx: AsyncSession, actor: Actor, key: str, target: SprintState, *, seen_revision: int | None = None
) -> Sprint:
    """Start, complete, cancel or take back a sprint, or refuse with every reason."""
    sprint = await sprint_for_update(tx, key)
    refuse_stale(sprint.revision, seen_revision)
    was = SprintState(sprint.state)
    refuse_if(
        lacking(actor, Grant.SPRINTS_WRITE, "move a sprint")
        + lifecycle.obstacles(
            was, target, is_ours=is_ours(sprint), starts_on=sprint.starts_on, ends_on=sprint.ends_on
        )
    )
    sprint.state, sprint.revision = target, sprint.revision + 1
    if target is SprintState.ACTIVE:
        sprint.started_at, sprint.completed_at = sprint.started_at or clock.now(), None
    elif target is SprintState.COMPLETED:
        sprint.completed_at = clock.now()
    elif target is SprintState.PLANNING:
        sprint.started_at = None
    await audit.record(tx, actor, SprintMoved(sprint_id=sprint.id, key=sprint.key, was=was, now=target))
    return sprint


async def delete_sprint(
    tx: AsyncSession, actor: Actor, key: str, *, seen_revision: int | None = None
) -> None:
    """Delete an empty sprint of our own."""
    refuse_if(lacking(actor, Grant.SPRINTS_WRITE, "delete a sprint"))
    sprint = await sprint_for_update(tx, key)
    refuse_stale(sprint.revision, seen_revision)
    refuse_if(lifecycle.imported(is_ours(sprint)))
    inside = await tx.scalar(issues_of(sprint.id)) or 0
    if inside:
        text = f"{inside} {'issue is' if inside == 1 else 'issues are'} in the sprint."
        raise Conflict([Obstacle(code="sprint.issues", text=text, hint="Take them out first.")])
    sprint.deleted_at, sprint.revision = clock.now(), sprint.revision + 1
    await search.drop(tx, sprint.id)
    await audit.record(tx, actor, SprintDeleted(sprint_id=sprint.id, key=sprint.key))


async def put_in(tx: AsyncSession, actor: Actor, sprint: Sprint, issue_ids: Sequence[Any]) -> int:
    """Add memberships for issues that have none in this sprint, and say so once."""
    inside = await tx.scalars(
        select(SprintMembership.issue_id).where(
            SprintMembership.sprint_id == sprint.id, SprintMembership.left_at.is_(None)
        )
    )
    known = set(inside)
    coming = [issue_id for issue_id in dict.fromkeys(issue_ids) if issue_id not in known]
    now = clock.now()
    for issue_id in coming:
        tx.add(
            SprintMembership(
                id=new_id(), sprint_id=sprint.id, issue_id=issue_id, origin=Origin.CHOSEN, joined_at=now
            )
        )
    if coming:
        sprint.revision += 1
        before = len(known)
        fields = {"issues": (before, before + len(coming))}
        await audit.record(tx, actor, SprintUpdated(sprint_id=sprint.id, key=sprint.key, fields=fields))
    return len(coming)
