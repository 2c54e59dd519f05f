"""Which issues are in a sprint: put in and taken out by people, or as the files of other systems tell it."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import bulk, clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import moved
from cutwater.kernel.ids import new_id
from cutwater.sprints.core.facts import Origin
from cutwater.sprints.core.history import Stay
from cutwater.sprints.sprints import queries
from cutwater.sprints.sprints.events import SprintUpdated
from cutwater.sprints.sprints.models import Sprint, SprintMembership

_STAY = {
    "id": "uuid",
    "sprint_id": "uuid",
    "issue_id": "uuid",
    "joined_at": "timestamptz",
    "left_at": "timestamptz",
}
_SAME = """membership.sprint_id = given.sprint_id and membership.issue_id = given.issue_id
  and membership.joined_at is not distinct from given.joined_at
  and membership.left_at is not distinct from given.left_at"""
_DROP_STAYS = text(
    f"""
    delete from sprint_membership as membership
    where membership.issue_id = any(cast(:ids as uuid[])) and membership.origin = 'FIELD'
      and not exists (select 1 from {bulk.given(_STAY)} where {_SAME})
    """  # noqa: S608 - the names are this file's own
)
_INSERT_STAYS = text(
    f"""
    insert into sprint_membership (id, sprint_id, issue_id, origin, joined_at, left_at)
    select given.id, given.sprint_id, given.issue_id, 'FIELD', given.joined_at, given.left_at
    from {bulk.given(_STAY)}
    where not exists (select 1 from sprint_membership membership where {_SAME})
      and not (given.left_at is null and exists (
        select 1 from sprint_membership membership where membership.sprint_id = given.sprint_id
          and membership.issue_id = given.issue_id and membership.left_at is null))
    """  # noqa: S608
)
_JOIN_SPRINT = text(
    f"""
    insert into sprint_membership (id, sprint_id, issue_id, origin)
    select given.id, :sprint, given.issue_id, 'CHOSEN' from {bulk.given({"id": "uuid", "issue_id": "uuid"})}
    where not exists (select 1 from sprint_membership membership where membership.sprint_id = :sprint
      and membership.issue_id = given.issue_id and membership.left_at is null)
    returning issue_id
    """  # noqa: S608
)


def join(tx: AsyncSession, sprint_id: UUID, issue_id: UUID) -> None:
    """Put one issue into a sprint, from now on."""
    tx.add(
        SprintMembership(
            id=new_id(), sprint_id=sprint_id, issue_id=issue_id, origin=Origin.CHOSEN, joined_at=clock.now()
        )
    )


async def put_in(tx: AsyncSession, actor: Actor, sprint: Sprint, issue_ids: Iterable[UUID]) -> int:
    """Put issues into a sprint that is held, and say so once; those in it stay. Gives how many came in."""
    inside = set(await tx.scalars(queries.issues_in(sprint.id)))
    coming = [issue_id for issue_id in dict.fromkeys(issue_ids) if issue_id not in inside]
    for issue_id in coming:
        join(tx, sprint.id, issue_id)
    if coming:
        await _tell_size(tx, actor, sprint, len(inside), len(inside) + len(coming))
    return len(coming)


async def take_out(tx: AsyncSession, actor: Actor, sprint: Sprint, issue_ids: Sequence[UUID]) -> bool:
    """Take issues out of a sprint that is held, and say so once; False when none of them is in it."""
    inside = set(await tx.scalars(queries.issues_in(sprint.id)))
    leaving = inside.intersection(issue_ids)
    if not leaving:
        return False
    await tx.execute(
        update(SprintMembership)
        .where(SprintMembership.sprint_id == sprint.id, SprintMembership.left_at.is_(None))
        .where(SprintMembership.issue_id.in_(leaving))
        .values(left_at=clock.now())
    )
    await _tell_size(tx, actor, sprint, len(inside), len(inside) - len(leaving))
    return True


async def _tell_size(tx: AsyncSession, actor: Actor, sprint: Sprint, was: int, now: int) -> None:
    sprint.revision += 1  # the size lies in the memberships, not in the row
    event = SprintUpdated(sprint_id=sprint.id, key=sprint.key, changes=moved("issues", was, now))
    await audit.record(tx, actor, event)


async def mirror_stays(
    tx: AsyncSession, issue_ids: Iterable[UUID], stays: Iterable[tuple[UUID, UUID, Stay]]
) -> None:
    """Make the stays of these issues, as (issue, sprint, stay), all that their sprint fields tell."""
    rows = [
        {
            "id": new_id(),
            "sprint_id": sprint_id,
            "issue_id": issue_id,
            "joined_at": stay.joined_at,
            "left_at": stay.left_at,
        }
        for issue_id, sprint_id, stay in stays
    ]
    await tx.execute(_DROP_STAYS, {"rows": bulk.as_json(rows), "ids": bulk.as_ids(issue_ids)})
    await bulk.write(tx, _INSERT_STAYS, rows)


async def join_all(tx: AsyncSession, sprint_id: UUID, issue_ids: Iterable[UUID]) -> int:
    """Put imported issues into a sprint; gives how many came in. Since when is not known: the file does not
    say, and now is only when it was imported."""
    rows = [{"id": new_id(), "issue_id": issue_id} for issue_id in issue_ids]
    return len(await bulk.write(tx, _JOIN_SPRINT, rows, sprint=sprint_id))
