"""The log as the API shows it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from cutwater.kernel.wire import Out


class ActorRead(Out):
    """Who did it. Jobs have no id; `user_id` is the person behind an API key."""

    kind: str
    id: UUID | None
    user_id: UUID | None
    name: str


class SubjectRead(Out):
    """What it happened to."""

    kind: str
    id: UUID
    key: str


class EventRead(Out):
    """One event of the log. `at` is when it was written, `happened_at` when it took effect."""

    id: int
    at: datetime
    happened_at: datetime
    actor: ActorRead
    name: str
    headline: str
    subject: SubjectRead
    context: SubjectRead | None
    changes: dict[str, list[Any]]
    data: dict[str, Any]
    note: str
    request_id: str


class ChainStatus(Out):
    """How far the organization's log is sealed."""

    blocks: int
    events: int
    sealed_at: datetime | None
    head: str | None


class FindingRead(Out):
    """One fault: altered, missing or inserted events, altered or missing blocks."""

    fault: str
    event_id: int | None
    block: int | None


class Verification(Out):
    """What recomputing the chain found; `first_block` is above 1 when only the newest blocks were read."""

    intact: bool
    blocks: int
    events: int
    first_block: int
    head: str | None
    findings: list[FindingRead]


class Changes(Out):
    """What happened since a token. `reload`: more than can be told, or the token is unknown: fetch anew."""

    token: str
    changes: list[dict[str, Any]]
    states: list[dict[str, Any]]
    reload: bool
