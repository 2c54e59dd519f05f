"""What committed since a snapshot."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Text, bindparam, text

from cutwater.audit.core.records import LoggedEvent
from cutwater.kernel.jsonable import JSON
from cutwater.kernel.reader import Fixed
from cutwater.kernel.rows import Bound

GAP_LIMIT = 5000
PLACE = "select log_epoch_now(), pg_current_snapshot()::text"
"""Where the log is, for who follows it: a cluster that nobody met yet gets its number."""


class HeadRow(NamedTuple):
    """Where the log is: the cluster and its snapshot."""

    epoch: int
    snapshot: str


class CommittedRow(NamedTuple):
    """What committed since, and the new snapshot. Where nothing did, there is one row without an `id`, and
    nothing else in it either."""

    snapshot: str
    id: int | None
    xid: str
    at: datetime
    happened_at: datetime
    organization_id: UUID
    actor_kind: str
    actor_id: UUID | None
    actor_user_id: UUID | None
    actor_job: str
    name: str
    subject_kind: str
    subject_id: UUID
    subject_key: str
    context_kind: str | None
    context_id: UUID | None
    context_key: str | None
    data: dict[str, JSON]


_HEAD = Fixed(HeadRow, text("select epoch, snapshot from log_head()"))
_AFTER = Fixed(
    CommittedRow,
    text("select * from log_after(cast(:since as pg_snapshot))").bindparams(bindparam("since", type_=Text)),
)
_GAP = Fixed(
    CommittedRow,
    text("select * from log_gap(cast(:since as pg_snapshot), cast(:until as pg_snapshot))").bindparams(
        bindparam("since", type_=Text), bindparam("until", type_=Text)
    ),
)


def head() -> Bound[HeadRow]:
    """Where the log is now."""
    return _HEAD()


def after(since: str) -> Bound[CommittedRow]:
    """What committed after a snapshot, in every organization."""
    return _AFTER(since=since)


def gap(since: str, until: str | None) -> Bound[CommittedRow]:
    """What committed in this organization after one snapshot and before another (or now)."""
    return _GAP(since=since, until=until)


def events_in(rows: Iterable[CommittedRow]) -> list[LoggedEvent]:
    """The rows' events, without notes and texts."""
    return [
        LoggedEvent(
            id=row.id,
            at=row.at,
            happened_at=row.happened_at,
            organization_id=row.organization_id,
            actor_kind=row.actor_kind,
            actor_id=row.actor_id,
            actor_user_id=row.actor_user_id,
            actor_job=row.actor_job,
            name=row.name,
            subject_kind=row.subject_kind,
            subject_id=row.subject_id,
            subject_key=row.subject_key,
            context_kind=row.context_kind,
            context_id=row.context_id,
            context_key=row.context_key,
            data=row.data,
        )
        for row in rows
        if row.id is not None
    ]
