"""What the pages of releases show beside their rows, and everything that a release's own page shows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import date
from uuid import UUID

from cutwater import audit, identity, sprints
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.frozen import frozen
from cutwater.kernel.grants import Grant
from cutwater.kernel.reader import Reader
from cutwater.releases.approvals.queries import ApprovalRow
from cutwater.releases.comments.views import Comment, comment_of
from cutwater.releases.core import lifecycle, markdown
from cutwater.releases.core.facts import ACTIVE, Status, Verdict, rank
from cutwater.releases.core.neighbourhood import Told
from cutwater.releases.core.waiting import Wait, waits
from cutwater.releases.desk.queries.detail import Detail, release_detail
from cutwater.releases.desk.queries.rows import HeadRow, ReleaseRow
from cutwater.releases.moves.queries import neighbourhood_of
from cutwater.releases.moves.views import PossibleMove, Waiting, force_targets, moves_of, waiting, watched

Kind = tuple[str, bool, bool]


@frozen
class Ways:
    """The moves that are offered to one kind of release, and those that a person is asked a reason for."""

    targets: tuple[Status, ...]
    asking: tuple[Status, ...]


@frozen
class Beside:
    """What cards and lines show beside their rows: people's names, what is waited for, where it may move."""

    names: Mapping[UUID, str]
    waiting: Waiting
    ways: Mapping[Kind, Ways]
    today: date

    def name(self, person_id: UUID | None) -> str:
        """A person's name; empty for nobody."""
        return self.names.get(person_id, "") if person_id else ""

    def waits(self, row: ReleaseRow) -> tuple[Wait, ...]:
        """What a release waits for, apart from being blocked."""
        return self.waiting.waits.get(row.id, ())

    def partners(self, row: ReleaseRow) -> str:
        """The keys of the releases that it goes together with."""
        return self.waiting.partners.get(row.id, "")

    def ways_of(self, row: ReleaseRow) -> Ways | None:
        """Where it may move; None for those who may not move it."""
        return self.ways.get(_kind(row))


async def beside(reader: Reader, actor: Actor, rows: Sequence[ReleaseRow]) -> Beside:
    """What these rows show beside themselves; where each kind of them may move is worked out once."""
    may_move = actor.may(Grant.RELEASES_WRITE)
    return Beside(
        names=await identity.names(reader, {row.owner_id for row in rows}),
        waiting=await waiting(reader, rows),
        ways={kind: _ways(kind) for kind in {_kind(row) for row in rows}} if may_move else {},
        today=clock.today(actor.zone),
    )


def _kind(row: ReleaseRow) -> Kind:
    return row.status, row.hotfix, row.staging_at is not None


def _ways(kind: Kind) -> Ways:
    word, hotfix, was_in_staging = kind
    status = Status(word)
    targets = lifecycle.offered(status, hotfix=hotfix, was_in_staging=was_in_staging)
    return Ways(targets=targets, asking=tuple(t for t in targets if lifecycle.asks_why(status, t)))


@frozen
class ReleasePage:
    """Everything that a release's own page shows."""

    detail: Detail
    told: Told
    waits: tuple[Wait, ...]
    moves: list[PossibleMove]
    force_targets: list[tuple[str, str]]
    comments: list[Comment]
    description: str
    sprint: sprints.SprintBrief | None
    feed: list[audit.FeedEntry]
    my_approvals: list[ApprovalRow]
    may_change: bool
    is_admin: bool
    today: date
    watched: str
    people: list[tuple[str, str]] = field(default_factory=list)

    @property
    def release(self) -> HeadRow:
        return self.detail.release

    @property
    def status(self) -> Status:
        return Status(self.release.status)

    @property
    def place(self) -> int:
        """How far it is on the way to production; -1 off it."""
        return rank(self.status)

    @property
    def is_open(self) -> bool:
        """Whether it is still on its way."""
        return self.status in ACTIVE

    @property
    def next_status(self) -> Status | None:
        return lifecycle.next_status(self.status)


async def release_page(reader: Reader, actor: Actor, key: str) -> ReleasePage:
    """The release with this key or id; NotFound when there is none."""
    detail = await release_detail(reader, key)
    neighbourhood = await neighbourhood_of(reader, key)
    release, may_change = detail.release, actor.may(Grant.RELEASES_WRITE)
    status = Status(release.status)
    return ReleasePage(
        detail=detail,
        told=neighbourhood.told(),
        waits=waits(status, neighbourhood.facts()),
        moves=[move for move in moves_of(actor, neighbourhood) if move.is_offered],
        force_targets=force_targets(actor, status),
        comments=[comment_of(row) for row in detail.comments],
        description=markdown.to_html(release.description),
        sprint=await _sprint(reader, release.sprint_id),
        feed=await audit.feed(reader, actor, "release", release.id, 20),
        my_approvals=_asked_of(actor, detail.approvals),
        may_change=may_change,
        is_admin=actor.may(Grant.ORGANIZATION_CONFIGURE),
        today=clock.today(actor.zone),
        watched=watched(neighbourhood),
        people=[(str(each.id), each.name) for each in await identity.people(reader)] if may_change else [],
    )


def _asked_of(actor: Actor, approvals: Iterable[ApprovalRow]) -> list[ApprovalRow]:
    """The approvals that wait for this very person."""
    mine = [row for row in approvals if row.approver_id == actor.user_id]
    return [row for row in mine if row.verdict != Verdict.APPROVED.value]


async def _sprint(reader: Reader, sprint_id: UUID | None) -> sprints.SprintBrief | None:
    if sprint_id is None:
        return None
    return next((sprint for sprint in await sprints.all_sprints(reader) if sprint.id == sprint_id), None)
