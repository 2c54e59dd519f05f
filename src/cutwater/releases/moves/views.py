"""What a release may do next and what it waits for, as pages and API show it."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Protocol
from uuid import UUID

from cutwater.kernel.actor import Actor
from cutwater.kernel.frozen import frozen
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import Reader
from cutwater.releases.core import lifecycle
from cutwater.releases.core.facts import LABELS, PATH, Requirement, Status
from cutwater.releases.core.lifecycle import Manner, Move
from cutwater.releases.core.neighbourhood import Neighbourhood
from cutwater.releases.core.requirements import code_of
from cutwater.releases.core.waiting import Wait
from cutwater.releases.moves import permissions, queries

VERBS = {
    Move.FORWARD: "Move to",
    Move.HOTFIX: "As a hotfix, move to",
    Move.BACK: "Back to",
    Move.BACK_BEFORE_STAGING: "Back to",
}
ENDINGS = {Move.CANCEL: "Cancel the release", Move.ROLL_BACK: "Roll it back"}
FREEZE = code_of(Requirement.NO_FREEZE)
NOTE_TO_COME = "given with the move"
MOST_WATCHED = 40


@frozen
class PossibleMove:
    """A move that the lifecycle knows, and everything that is in this actor's way now.

    Pages leave out what is not offered, such as a hotfix's shortcut where there is no hotfix.
    """

    target: Status
    move: Move
    obstacles: list[Obstacle]
    warnings: list[Obstacle]
    is_offered: bool
    needs_note: bool
    may_override_freeze: bool

    @property
    def label(self) -> str:
        """What its button says."""
        return f"{VERBS[self.move]} {LABELS[self.target]}" if self.move in VERBS else ENDINGS[self.move]

    @property
    def is_onward(self) -> bool:
        """Whether it leads towards production."""
        return self.move in (Move.FORWARD, Move.HOTFIX)


def moves_of(actor: Actor, neighbourhood: Neighbourhood) -> list[PossibleMove]:
    """Every move the lifecycle knows from here: what the verb would ask, before the click."""
    status, facts = neighbourhood.release.status, neighbourhood.facts()
    offered = lifecycle.offered(status, hotfix=facts.hotfix, was_in_staging=facts.was_in_staging)
    may, may_override = permissions.to_move(actor), permissions.to_move(actor, Manner.FREEZE_OVERRIDDEN)
    possible = []
    for target, move in lifecycle.MOVES[status].items():
        rules = neighbourhood.obstacles(target, note=NOTE_TO_COME)
        only_freeze = bool(rules) and all(obstacle.code == FREEZE for obstacle in rules)
        possible.append(
            PossibleMove(
                target=target,
                move=move,
                obstacles=may + rules,
                warnings=lifecycle.warnings(target, facts),
                is_offered=target in offered,
                needs_note=lifecycle.asks_why(status, target),
                may_override_freeze=only_freeze and not may_override,
            )
        )
    return possible


def force_targets(actor: Actor, status: Status) -> list[tuple[str, str]]:
    """Where a manager could force it to."""
    if permissions.to_move(actor, Manner.FORCED) or status not in PATH[:-1]:
        return []
    return [(target.value, LABELS[target]) for target in PATH if target is not status]


def watched(neighbourhood: Neighbourhood) -> str:
    """The live topics of all that can change what a page says; of very many releases, their plural."""
    near = [f"release:{id}" for id in neighbourhood.releases]
    return " ".join([*(near if len(near) <= MOST_WATCHED else ["releases"]), "freezes", "requirements"])


class Standing(Protocol):
    """A row that says where a release is."""

    @property
    def id(self) -> UUID: ...
    @property
    def status(self) -> str: ...


@frozen
class Waiting:
    """By release: what it waits for, apart from being blocked, and with which releases it goes together."""

    waits: Mapping[UUID, tuple[Wait, ...]] = field(default_factory=dict)
    partners: Mapping[UUID, str] = field(default_factory=dict)


async def waiting(reader: Reader, rows: Iterable[Standing]) -> Waiting:
    """What these releases wait for; no trip when there are none."""
    listed = list(rows)
    if not listed:
        return Waiting()
    scene = await queries.scene(reader)
    return Waiting(
        waits={row.id: scene.waits(row.id, Status(row.status)) for row in listed},
        partners={row.id: " ".join(peer.key for peer in scene.partners(row.id)) for row in listed},
    )
