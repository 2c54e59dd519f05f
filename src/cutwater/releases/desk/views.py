"""What the pages of releases show, and how they are shown again after a verb or a refusal."""

from typing import Any
from uuid import UUID

from fastapi import Response

from cutwater import audit, identity, sprints
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.frozen import frozen
from cutwater.kernel.grants import Grant
from cutwater.kernel.reader import Reader
from cutwater.releases.core import lifecycle, markdown
from cutwater.releases.core.facts import LABELS, PATH, DependencyKind, Status, Verdict, rank
from cutwater.releases.core.waiting import waits
from cutwater.releases.desk.queries.detail import Detail, release_detail
from cutwater.releases.moves import queries
from cutwater.releases.moves.views import force_targets, move_buttons, waits_of, watched
from cutwater.web import Refusal, View

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


async def detail_context(reader: Reader, actor: Actor, key: str) -> dict[str, Any]:
    """Everything the detail page shows."""
    detail = await release_detail(reader, key)
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


def _mine(actor: Actor, detail: Detail) -> list[Any]:
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
    return view.show("releases/desk/detail.html", block="detail", **context, refusal=refusal, said=said)


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
