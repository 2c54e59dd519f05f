"""Put issues into a sprint made here, and take them out."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.errors import Invalid, refuse_if
from cutwater.kernel.grants import Grant
from cutwater.kernel.reader import any_of
from cutwater.sprints.core import lifecycle
from cutwater.sprints.issues.models import Issue
from cutwater.sprints.sprints.events import SprintUpdated
from cutwater.sprints.sprints.models import SprintMembership
from cutwater.sprints.sprints.queries import issues_of, sprint_for_update
from cutwater.sprints.sprints.service.verbs import is_ours, put_in


async def add_issues(tx: AsyncSession, actor: Actor, key: str, issue_keys: Sequence[str]) -> int:
    """Put issues into a sprint of our own; those that are in it already stay. Gives how many came in."""
    refuse_if(lacking(actor, Grant.SPRINTS_WRITE, "fill a sprint"))
    sprint = await sprint_for_update(tx, key)
    refuse_if(lifecycle.imported(is_ours(sprint)))
    found = (
        await tx.execute(
            select(Issue.id, Issue.key).where(any_of(Issue.key, issue_keys), Issue.deleted_at.is_(None))
        )
    ).all()
    missing = sorted(set(issue_keys) - {row.key for row in found})
    if missing:
        raise Invalid({"issues": f"There is no issue {', '.join(missing[:10])}."})
    return await put_in(tx, actor, sprint, [row.id for row in found])


async def remove_issue(tx: AsyncSession, actor: Actor, key: str, issue_key: str) -> None:
    """Take an issue out of a sprint of our own."""
    refuse_if(lacking(actor, Grant.SPRINTS_WRITE, "change a sprint"))
    sprint = await sprint_for_update(tx, key)
    refuse_if(lifecycle.imported(is_ours(sprint)))
    inside = await tx.scalar(issues_of(sprint.id)) or 0
    leaving = select(Issue.id).where(Issue.key == issue_key)
    done = await tx.execute(
        update(SprintMembership)
        .where(SprintMembership.sprint_id == sprint.id, SprintMembership.left_at.is_(None))
        .where(SprintMembership.issue_id.in_(leaving))
        .values(left_at=clock.now())
    )
    if not done.rowcount:  # type: ignore[attr-defined]
        raise Invalid({"issue": f"{issue_key} is not in this sprint."})
    sprint.revision += 1
    fields = {"issues": (inside, inside - 1)}
    await audit.record(tx, actor, SprintUpdated(sprint_id=sprint.id, key=sprint.key, fields=fields))
