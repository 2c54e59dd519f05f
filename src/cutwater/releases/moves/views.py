"""The moves of a release as page and API offer them, and what releases wait for."""

from collections.abc import Sequence
from typing import Any

from cutwater.kernel.actor import Actor
from cutwater.kernel.frozen import frozen
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import Reader
from cutwater.releases.core import lifecycle
from cutwater.releases.core.facts import LABELS, PATH, Status
from cutwater.releases.core.lifecycle import Manner
from cutwater.releases.core.neighbourhood import Neighbourhood
from cutwater.releases.core.waiting import Scene
from cutwater.releases.moves import permissions, queries

VERBS = {
    lifecycle.Move.FORWARD: "Move to",
    lifecycle.Move.HOTFIX: "As a hotfix, move to",
    lifecycle.Move.BACK: "Back to",
    lifecycle.Move.BACK_BEFORE_STAGING: "Back to",
}
FREEZE = "requirement.no_freeze"
MOST_WATCHED = 40


@frozen
class MoveButton:
    """A move as the page offers it: live, or disabled with everything that is in its way."""

    target: Status
    label: str
    kind: str
    needs_note: bool
    obstacles: list[Obstacle]
    warnings: list[Obstacle]
    may_override_freeze: bool


def move_buttons(actor: Actor, around: Neighbourhood) -> list[MoveButton]:
    """Every move the lifecycle knows from here; the same question the verb asks, before the click."""
    status, facts = around.release.status, around.facts()
    buttons = []
    for target in lifecycle.offered(status, hotfix=facts.hotfix, was_in_staging=facts.was_in_staging):
        move = lifecycle.MOVES[status][target]
        in_the_way = around.obstacles(target, note="given in the form")
        only_freeze = bool(in_the_way) and all(each.code == FREEZE for each in in_the_way)
        buttons.append(
            MoveButton(
                target=target,
                label=f"{VERBS[move]} {LABELS[target]}" if move in VERBS else _ending(target),
                kind={"FORWARD": "primary", "HOTFIX": "primary"}.get(move, "default"),
                needs_note=lifecycle.asks_why(status, target),
                obstacles=permissions.to_move(actor) + in_the_way,
                warnings=lifecycle.warnings(target, facts),
                may_override_freeze=only_freeze and not permissions.to_move(actor, Manner.FREEZE_OVERRIDDEN),
            )
        )
    return buttons


def _ending(target: Status) -> str:
    return "Cancel the release" if target is Status.CANCELLED else "Roll it back"


def force_targets(actor: Actor, status: Status) -> list[tuple[str, str]]:
    """Where a manager could force it to."""
    if permissions.to_move(actor, Manner.FORCED) or status not in PATH[:-1]:
        return []
    return [(target.value, LABELS[target]) for target in PATH if target is not status]


def watched(around: Neighbourhood) -> str:
    """The live topics of all that can change what this page says; of very many releases, their plural."""
    near = [f"release:{each}" for each in around.releases]
    return " ".join([*(near if len(near) <= MOST_WATCHED else ["releases"]), "freezes", "requirements"])


async def waits_of(reader: Reader, rows: Sequence[Any]) -> dict[str, Any]:
    """What each release waits for, apart from being blocked, and the keys of those it goes together with."""
    scene = await queries.scene(reader) if rows else Scene()
    return {
        "waits": {row.id: scene.waits(row.id, Status(row.status)) for row in rows},
        "beside": {row.id: " ".join(peer.key for peer in scene.partners(row.id)) for row in rows},
    }
