"""Logged events as values, however they were read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from cutwater.audit.core.topics import topics_of
from cutwater.kernel.frozen import frozen

PLATFORM = UUID(int=0)
"""The chain of what happens outside every organization."""

ERASED = "This note was erased."
WHO_ARE = frozenset({"member", "account", "api_key", "invitation"})
"""Subjects that are known by a name or an address, not by a readable key."""
WHOM = ("user_id", "approver_id")
"""Where an event's data hold the person it is about."""


@frozen
class LoggedEvent:
    """One row of the log. `at` is when it was written, `happened_at` when it took effect."""

    id: int
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
    data: dict[str, Any]
    note: str = ""
    request_id: str = ""

    @property
    def headline(self) -> str:
        """What happened in a few words, without a person."""
        return str(self.data.get("headline") or self.name)

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        """Field → before and after."""
        found = self.data.get("changes") or {}
        return {field: (pair[0], pair[1]) for field, pair in found.items()}

    @property
    def topics(self) -> frozenset[str]:
        """What one must watch to hear of it."""
        return topics_of((self.subject_kind, self.subject_id), self.context)

    @property
    def context(self) -> tuple[str, UUID] | None:
        if self.context_kind is None or self.context_id is None:
            return None
        return self.context_kind, self.context_id

    @property
    def whom_id(self) -> UUID | None:
        """The person or API key it is about, unless that is who did it."""
        about = self.subject_id if self.subject_kind in WHO_ARE else None
        about = about or next((id for id in map(as_id, map(self.data.get, WHOM)) if id), None)
        return None if about in (self.actor_id, self.actor_user_id) else about

    @property
    def named_ids(self) -> set[UUID]:
        """Whoever has to be named to tell it: who did it, whom it is about, people before and after."""
        values = (as_id(value) for pair in self.changes.values() for value in pair)
        return {id for id in (self.actor_id, self.actor_user_id, self.whom_id, *values) if id is not None}


@frozen
class FeedEntry:
    """One line of an activity feed. `cursor` continues the feed after it.

    `changes` is as the log has it, `named` has names where that has ids; `kind` is its subject's,
    and `is_inside` says that its subject is something inside the thing, such as a run's step.
    """

    event_id: int
    at: datetime
    actor_name: str
    actor_kind: str
    kind: str
    name: str
    headline: str
    whom: str
    changes: dict[str, tuple[Any, Any]]
    named: dict[str, tuple[Any, Any]]
    note: str
    key: str
    is_inside: bool = False
    cursor: str = ""


def as_id(value: Any) -> UUID | None:
    """An id that was kept as text; None for anything else."""
    try:
        return UUID(value) if isinstance(value, str) and len(value) == 36 else None
    except ValueError:
        return None


def named(event: LoggedEvent, names: Mapping[UUID, str]) -> dict[str, tuple[Any, Any]]:
    """The changes with names where the log has ids."""

    def name(value: Any) -> Any:
        id = as_id(value)
        return names.get(id, value) if id else value

    return {field: (name(was), name(now)) for field, (was, now) in event.changes.items()}


def whom(event: LoggedEvent, names: Mapping[UUID, str]) -> str:
    """The name of whom it is about; empty when that is nobody, or nobody whose name is known."""
    return names.get(event.whom_id, "") if event.whom_id else ""


def event_of(row: Any) -> LoggedEvent:
    """A row with the log's columns as a value."""
    return LoggedEvent(
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
        note=_note(row),
        request_id=getattr(row, "request_id", ""),
    )


def _note(row: Any) -> str:
    if getattr(row, "note_erased_at", None) is not None:
        return ERASED
    return getattr(row, "note", None) or ""


def actor_name(event: LoggedEvent, names: Mapping[UUID, str]) -> str:
    """Who did it, for people: a name, a key's owner, a job, or a plain word when the name was erased."""
    if event.actor_kind == "job":
        return job_name(event.actor_job)
    found: dict[UUID | None, str] = dict(names.items())
    person = found.get(event.actor_user_id or event.actor_id)
    if event.actor_kind == "api_key":
        key = found.get(event.actor_id) if event.actor_id != event.actor_user_id else None
        parts = [part for part in (person, f"key “{key}”" if key else "API key") if part]
        return " · ".join(parts)
    return person or "Somebody who left"


def job_name(job: str) -> str:
    """`releases.announce` → `Cutwater (releases announce)`."""
    return f"Cutwater ({job.replace('.', ' ').replace('_', ' ')})" if job else "Cutwater"
