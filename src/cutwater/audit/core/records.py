"""Logged events as values, however they were read."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from cutwater.audit.core.topics import topics_of
from cutwater.kernel.frozen import frozen
from cutwater.kernel.jsonable import JSON

PLATFORM = UUID(int=0)
"""The chain of what happens outside every organization."""

ERASED = "This note was erased."
WHO_ARE = frozenset({"member", "account", "api_key", "invitation"})
"""Subjects that are known by a name or an address, not by a readable key."""
WHOM = ("user_id", "approver_id")
"""Where an event's data hold the person it is about."""
REFERENCE = "note"
"""The one key of a reference: `{"note": id}` is in the log where people's words were, `{"note": null}` where
there were none. The words are rows of their own, which can be erased."""


class Difference(NamedTuple):
    """A field before and after, as JSON."""

    was: JSON
    now: JSON

    @property
    def is_text(self) -> bool:
        """Whether it holds people's own words."""
        return False


class Words(Difference):
    """A text before and after: empty where there was none, ERASED where it was erased, both None where the
    words were not read with the event, so that it can only be told that they changed."""

    __slots__ = ()

    @property
    def is_text(self) -> bool:
        return True


class Doer(Protocol):
    """What the log has of who did something."""

    @property
    def actor_kind(self) -> str: ...
    @property
    def actor_id(self) -> UUID | None: ...
    @property
    def actor_user_id(self) -> UUID | None: ...
    @property
    def actor_job(self) -> str: ...


class EventRow(NamedTuple):
    """A row of the log with its note, and its texts by the ids that its changes refer to (None: erased)."""

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
    data: dict[str, JSON]
    request_id: str
    note: str | None
    note_erased_at: datetime | None
    texts: dict[str, str | None] | None


@frozen
class LoggedEvent:
    """One row of the log. `at` is when it was written, `happened_at` when it took effect.

    `texts` are the words that its changes refer to; None when they were not read.
    """

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
    data: dict[str, JSON]
    note: str = ""
    request_id: str = ""
    texts: Mapping[str, str | None] | None = None

    @property
    def headline(self) -> str:
        """What happened in a few words, without a person."""
        return str(self.data.get("headline") or self.name)

    @property
    def changes(self) -> dict[str, Difference]:
        """Field → before and after."""
        found = self.data.get("changes")
        if not isinstance(found, dict):
            return {}
        return {field: self._difference(pair) for field, pair in found.items() if isinstance(pair, list)}

    def _difference(self, pair: list[JSON]) -> Difference:
        was, now = pair
        if not is_reference(was):
            return Difference(was, now)
        return Words(self._words(was), self._words(now))

    def _words(self, reference: JSON) -> str | None:
        id = reference.get(REFERENCE) if isinstance(reference, dict) else None
        if self.texts is None or not isinstance(id, str):
            return None if self.texts is None else ""
        text = self.texts.get(id)
        return ERASED if text is None else text

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
        values = (as_id(value) for pair in self.changes.values() if not pair.is_text for value in pair)
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
    changes: dict[str, Difference]
    named: dict[str, Difference]
    note: str
    key: str
    is_inside: bool = False
    cursor: str = ""


def reference_to(id: UUID | None) -> dict[str, JSON]:
    """What the log keeps in place of a text."""
    return {REFERENCE: str(id) if id else None}


def is_reference(value: JSON) -> bool:
    """Whether this is in place of a text."""
    if not isinstance(value, dict) or list(value) != [REFERENCE]:
        return False
    return value[REFERENCE] is None or as_id(value[REFERENCE]) is not None


def as_id(value: object) -> UUID | None:
    """An id that was kept as text; None for anything else."""
    try:
        return UUID(value) if isinstance(value, str) and len(value) == 36 else None
    except ValueError:
        return None


def named(event: LoggedEvent, names: Mapping[UUID, str]) -> dict[str, Difference]:
    """The changes with names where the log has ids."""

    def name(value: JSON) -> JSON:
        id = as_id(value)
        return names.get(id, value) if id else value

    return {
        field: pair if pair.is_text else Difference(name(pair.was), name(pair.now))
        for field, pair in event.changes.items()
    }


def whom(event: LoggedEvent, names: Mapping[UUID, str]) -> str:
    """The name of whom it is about; empty when that is nobody, or nobody whose name is known."""
    return names.get(event.whom_id, "") if event.whom_id else ""


def event_of(row: EventRow) -> LoggedEvent:
    """A row of the log as a value."""
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
        note=ERASED if row.note_erased_at is not None else row.note or "",
        request_id=row.request_id,
        texts=row.texts or {},
    )


def actor_name(event: Doer, names: Mapping[UUID, str]) -> str:
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
