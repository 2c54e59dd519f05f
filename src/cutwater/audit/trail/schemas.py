"""The log as the API shows it."""

from datetime import datetime
from uuid import UUID

from pydantic import JsonValue

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
    """One event of the log. `at` is when it was written, `happened_at` when it took effect.

    `changes` are before and after, with people's own words; `data` only refers to those.
    """

    id: int
    at: datetime
    happened_at: datetime
    actor: ActorRead
    name: str
    headline: str
    subject: SubjectRead
    context: SubjectRead | None
    changes: dict[str, list[JsonValue]]
    data: dict[str, JsonValue]
    note: str
    request_id: str
