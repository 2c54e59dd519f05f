"""Put issues into a sprint made here, and take them out."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Invalid, refuse
from cutwater.kernel.keyed import named
from cutwater.kernel.reader import any_of
from cutwater.sprints.issues.models import Issue
from cutwater.sprints.sprints import permissions
from cutwater.sprints.sprints.service.memberships import put_in, take_out
from cutwater.sprints.sprints.service.sprints import foreign, held_sprint


async def add_issues(tx: AsyncSession, actor: Actor, key: str, issue_keys: Sequence[str]) -> int:
    """Put issues into a sprint of our own; those that are in it already stay. Gives how many came in."""
    sprint = await held_sprint(tx, key)
    refuse(may=permissions.to_write(actor, "fill a sprint"), rules=foreign(sprint))
    keys = {issue_key.upper() for issue_key in issue_keys}
    rows = await tx.execute(
        select(Issue.id, Issue.key).where(any_of(Issue.key, keys), Issue.deleted_at.is_(None))
    )
    coming = {row.id: row.key for row in rows}
    missing = sorted(keys - set(coming.values()))
    if missing:
        raise Invalid({"issues": f"There is no issue {', '.join(missing[:10])}."})
    return await put_in(tx, actor, sprint, coming)


async def remove_issue(tx: AsyncSession, actor: Actor, key: str, issue_key: str) -> None:
    """Take an issue out of a sprint of our own."""
    sprint = await held_sprint(tx, key)
    refuse(may=permissions.to_write(actor, "change a sprint"), rules=foreign(sprint))
    leaving = list(await tx.scalars(select(Issue.id).where(named(Issue, issue_key))))
    if not await take_out(tx, actor, sprint, leaving):
        raise Invalid({"issue": f"{issue_key} is not in this sprint."})
