"""What the pages of releases show, and how they are shown again after a verb or a refusal."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import Response

from cutwater import audit, identity, sprints
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.frozen import frozen
from cutwater.kernel.grants import Grant
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import Reader
from cutwater.releases import lifecycle, markdown, permissions, queries
from cutwater.releases.facts import LABELS, PATH, DependencyKind, Status, Verdict, rank
from cutwater.releases.lifecycle import Manner
from cutwater.releases.neighbourhood import Neighbourhood
from cutwater.releases.waiting import Scene, waits
from cutwater.web import Refusal, View

VERBS = {
    lifecycle.Move.FORWARD: "Move to",
    lifecycle.Move.HOTFIX: "As a hotfix, move to",
    lifecycle.Move.BACK: "Back to",
    lifecycle.Move.BACK_BEFORE_STAGING: "Back to",
}
FREEZE = "requirement.no_freeze"
MOST_WATCHED = 40
DEPENDENCIES = [
    (DependencyKind.BLOCKS.value, "must be deployed first (blocks)"),
    (DependencyKind.SOFT_DEPENDENCY.value, "should go first (only warns)"),
    (DependencyKind.REQUIRES_SYNC.value, "goes together with it"),
]
TONES = {
    "blue": "info",
    "green": "good",
    "amber": "warn",
    "red": "bad",
    "violet": "violet",
    "teal": "accent",
    "grey": "neutral",
}


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


async def detail_context(reader: Reader, actor: Actor, key: str) -> dict[str, Any]:
    """Everything the detail page shows."""
    detail = await queries.release_detail(reader, key)
    around = await queries.neighbourhood(reader, key)
    feed = await audit.feed(reader, actor, "release", detail.release.id, 20)
    may_change = actor.may(Grant.RELEASES_WRITE)
    people = await identity.people(reader) if may_change else []
    status = Status(detail.release.status)
    return {
        "detail": detail,
        "release": detail.release,
        "around": around,
        "told": around.told(),
        "waits": {detail.release.id: waits(status, around.facts())},
        "buttons": move_buttons(actor, around),
        "force_targets": force_targets(actor, status),
        "force_first": lifecycle.next_status(status),
        "path": PATH,
        "labels": LABELS,
        "place": rank(status),
        "feed": feed,
        "may_change": may_change,
        "is_admin": actor.may(Grant.ORGANIZATION_CONFIGURE),
        "people": [(str(each.id), each.name) for each in people],
        "sprint": await _sprint(reader, detail.release.sprint_id),
        "description": markdown.to_html(detail.release.description),
        "bodies": {row.id: markdown.to_html(row.body) for row in detail.comments},
        "my_verdicts": _mine(actor, detail),
        "dependency_kinds": DEPENDENCIES,
        "tones": TONES,
        "today": clock.today(actor.zone),
        "watched": watched(around),
    }


def watched(around: Neighbourhood) -> str:
    """The live topics of all that can change what this page says; of very many releases, their plural."""
    near = [f"release:{each}" for each in around.releases]
    return " ".join([*(near if len(near) <= MOST_WATCHED else ["releases"]), "freezes", "requirements"])


def _mine(actor: Actor, detail: queries.Detail) -> list[Any]:
    """The approvals that wait for this very person."""
    return [
        row
        for row in detail.approvals
        if row.approver_id == actor.user_id and row.verdict != Verdict.APPROVED.value
    ]


async def _sprint(reader: Reader, sprint_id: UUID | None) -> sprints.SprintBrief | None:
    if sprint_id is None:
        return None
    return next((each for each in await sprints.sprints(reader) if each.id == sprint_id), None)


async def detail(
    view: View, reader: Reader, actor: Actor, key: str, *, refusal: Refusal | None = None, said: str = ""
) -> Response:
    """The detail page, or its block for htmx; `said` is what was just done."""
    context = await detail_context(reader, actor, key)
    return view.show("releases/detail.html", block="detail", **context, refusal=refusal, said=said)


@frozen
class Ways:
    """The moves that are offered to one kind of release, and those that a person is asked a reason for."""

    targets: tuple[Status, ...]
    asking: tuple[Status, ...]


def _kind(row: Any) -> tuple[str, bool, bool]:
    return row.status, row.hotfix, row.staging_at is not None


def _ways(row: Any) -> Ways:
    status = Status(row.status)
    targets = lifecycle.offered(status, hotfix=row.hotfix, was_in_staging=row.staging_at is not None)
    return Ways(targets=targets, asking=tuple(each for each in targets if lifecycle.asks_why(status, each)))


async def waits_of(reader: Reader, rows: Sequence[Any]) -> dict[str, Any]:
    """What each release waits for, apart from being blocked, and the keys of those it goes together with."""
    scene = await queries.scene(reader) if rows else Scene()
    return {
        "waits": {row.id: scene.waits(row.id, Status(row.status)) for row in rows},
        "beside": {row.id: " ".join(peer.key for peer in scene.partners(row.id)) for row in rows},
    }


async def card_context(reader: Reader, rows: list[Any], actor: Actor) -> dict[str, Any]:
    """What cards show beside their rows, and which moves are offered to each kind of them."""
    return {
        "names": await identity.names(reader, {row.owner_id for row in rows}),
        "ways": {_kind(row): _ways(row) for row in rows} if actor.may(Grant.RELEASES_WRITE) else {},
        **await waits_of(reader, rows),
        "labels": LABELS,
        "tones": TONES,
        "today": clock.today(actor.zone),
        "may_change": actor.may(Grant.RELEASES_WRITE),
    }
