"""Writing to the log: events, nudges, and who changed a row meanwhile."""

import json
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.audit.core.records import PLATFORM, actor_name, event_of, reference_to
from cutwater.audit.log import queries
from cutwater.audit.log.ports import names_of
from cutwater.kernel import clock, etags, jobs, log
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import Revised
from cutwater.kernel.errors import Stale
from cutwater.kernel.events import REGISTRY, SUBSCRIBERS, Event
from cutwater.kernel.ids import new_id
from cutwater.kernel.jsonable import JSON
from cutwater.kernel.reader import SessionReader

_RECORD = text("select event_id, chain_id from record_events(cast(:events as jsonb))")
_NUDGE = text(
    "select pg_notify('live', current_setting('app.organization') || ' ' || :topic || ' ' || :person)"
)
LATEST = 20
"""How many events about a thing are looked through for the last that changed it."""


async def record(tx: AsyncSession, actor: Actor, event: Event, *, note: str = "") -> int:
    """Log what happened and queue a job per subscriber: they commit with the change, or not at all."""
    return (await record_all(tx, actor, [event], note=note))[0]


async def record_all(tx: AsyncSession, actor: Actor, events: Sequence[Event], *, note: str = "") -> list[int]:
    """The same for many events in one call, in their order; a note belongs to the first."""
    if not events:
        return []
    await tx.flush()
    rows = [_row(actor, event, note if place == 0 else "") for place, event in enumerate(events)]
    written = (await tx.execute(_RECORD, {"events": json.dumps(rows)})).all()
    for event, (event_id, chain) in zip(events, written, strict=True):
        organization = None if chain == PLATFORM else chain
        for name in SUBSCRIBERS.get(event.name, ()):
            await jobs.defer(tx, name, organization_id=organization, event_id=event_id)
    return [event_id for event_id, _ in written]


async def stale(tx: AsyncSession, kind: str, row: Revised, seen: int | None) -> Stale | None:
    """What `refuse(seen=…)` takes when somebody changed the row since the client looked: who, and what."""
    if seen is None or seen == row.revision:
        return None
    reader = SessionReader(tx)
    about, _ = await reader.batch(*queries.feed(kind, row.id, None, LATEST))
    events = [event for event in map(event_of, about) if _moves_revision(event.name)]
    if not events:
        return etags.stale(row.revision, seen)
    names = await names_of(reader, events[0].named_ids)
    told = f"{actor_name(events[0], names)} changed it since you looked: {events[0].headline}"
    return etags.stale(row.revision, seen, told)


def _moves_revision(name: str) -> bool:
    known = REGISTRY.get(name)
    return known is not None and known.moves_revision


def _row(actor: Actor, event: Event, note: str) -> dict[str, JSON]:
    subject, context = event.subject, event.context
    data, texts = _without_words(event)
    return {
        "happened_at": clock.now().isoformat(),
        "actor_kind": actor.kind,
        "actor_id": _text(actor.id),
        "actor_user_id": _text(actor.user_id or (actor.id if actor.kind == "user" else None)),
        "actor_job": actor.name if actor.kind == "job" else "",
        "name": event.name,
        "subject_kind": subject.kind,
        "subject_id": str(subject.id),
        "subject_key": subject.key,
        "context_kind": context.kind if context else None,
        "context_id": str(context.id) if context else None,
        "context_key": context.key if context else None,
        "data": data,
        "texts": texts,
        "note_id": str(new_id()) if note else None,
        "note": note,
        "request_id": log.request_id.get(),
    }


def _without_words(event: Event) -> tuple[dict[str, JSON], list[JSON]]:
    """An event's data with references where people's words were, and those words by their new ids."""
    texts: list[JSON] = []

    def kept(words: str) -> JSON:
        if not words:
            return reference_to(None)
        id = new_id()
        texts.append({"id": str(id), "text": words})
        return reference_to(id)

    private: dict[str, JSON] = {
        field: [kept(was), kept(now)] for field, (was, now) in event.difference.texts.items()
    }
    public = event.data.get("changes")
    changes = {**public, **private} if isinstance(public, dict) else private
    return event.data | {"changes": changes} if changes else event.data, texts


def _text(id: UUID | None) -> str | None:
    return str(id) if id else None


async def nudge(tx: AsyncSession, topic: str, *, to: UUID) -> None:
    """Tell a person's live pages that something of theirs outside the log changed, such as their inbox
    (`inbox:<user id>`). Nobody else hears of it, whatever topics they follow."""
    await tx.execute(_NUDGE, {"topic": topic, "person": str(to)})
