"""What others see of sprints: one by key, and those to choose from."""

from datetime import date
from uuid import UUID

from cutwater.kernel.actor import Actor
from cutwater.kernel.frozen import frozen
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import Reader
from cutwater.sprints.core import lifecycle
from cutwater.sprints.core.facts import SprintState
from cutwater.sprints.sprints import permissions, queries
from cutwater.sprints.sprints.queries import SprintRow


@frozen
class SprintBrief:
    """A sprint as others see it; `state` is PLANNING, ACTIVE, COMPLETED or CANCELLED."""

    id: UUID
    key: str
    name: str
    state: str
    starts_on: date | None
    ends_on: date | None


def _brief(row: SprintRow) -> SprintBrief:
    return SprintBrief(
        id=row.id,
        key=row.key,
        name=row.name,
        state=row.state,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
    )


async def sprint_by_key(reader: Reader, key: str) -> SprintBrief | None:
    """The sprint with this key or id; None when there is none."""
    row = await queries.find_sprint(reader, key)
    return _brief(row) if row else None


async def all_sprints(reader: Reader) -> list[SprintBrief]:
    """Sprints to choose from: running and planned ones first, then the newest; at most 200."""
    return [_brief(row) for row in await reader.all(queries.choices())]


@frozen
class SprintMove:
    """A move that a sprint's state leads to, by its verb, and what is in its way."""

    target: SprintState
    verb: str
    obstacles: list[Obstacle]


def moves(sprint: SprintRow, actor: Actor) -> list[SprintMove]:
    """Where a sprint can go from here, and why it can't yet, for this person."""
    state = SprintState(sprint.state)
    may = permissions.to_write(actor, "move a sprint")
    return [
        SprintMove(
            target=target,
            verb=lifecycle.verb(state, target),
            obstacles=may
            + lifecycle.obstacles(
                state,
                target,
                is_ours=sprint.is_ours,
                starts_on=sprint.starts_on,
                ends_on=sprint.ends_on,
            ),
        )
        for target in lifecycle.MOVES[state]
    ]


def to_edit(sprint: SprintRow, actor: Actor) -> list[Obstacle]:
    """Why this person can't change a sprint."""
    return permissions.to_write(actor, "change a sprint") + lifecycle.imported(sprint.is_ours)
