"""A filter of the query box as conditions on releases."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_

from cutwater import identity, sprints
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.frozen import frozen
from cutwater.kernel.reader import Reader, any_of
from cutwater.releases.catalogue.models import Service
from cutwater.releases.core.facts import Status
from cutwater.releases.core.filters import Filter
from cutwater.releases.desk.queries.rows import is_blocked
from cutwater.releases.items.models import ReleaseItem
from cutwater.releases.items.queries import releases_carrying
from cutwater.releases.records.models import Release
from cutwater.releases.records.queries import has_word, is_active

NOBODY = UUID(int=0)
"""Owns nothing: who asks without a person, such as a service's key, has no releases of their own."""


@frozen
class Resolved:
    """What the words of a filter mean here: who `me` is, which people and sprints were named, the day."""

    me: UUID
    today: date
    month_start: datetime
    owner_ids: Sequence[UUID] = ()
    sprint_ids: Sequence[UUID] = ()


async def resolve(reader: Reader, actor: Actor, wanted: Filter) -> Resolved:
    """Look up the people and sprints that a filter names; without such names no trip."""
    words = [word.lower() for word in wanted.owners if word not in ("me", "none")]
    people = await identity.people(reader) if words else []
    owners = [p.id for p in people if any(word in f"{p.name} {p.username}".lower() for word in words)]
    if "me" in wanted.owners and actor.user_id is not None:
        owners.append(actor.user_id)
    briefs = [await sprints.sprint_by_key(reader, key) for key in wanted.sprints]
    today, month_start = days_of(actor.zone)
    return Resolved(
        me=actor.user_id or NOBODY,
        today=today,
        month_start=month_start,
        owner_ids=owners,
        sprint_ids=[sprint.id for sprint in briefs if sprint is not None],
    )


def days_of(zone: str) -> tuple[date, datetime]:
    """Today in a zone, and when its month began."""
    today = clock.today(zone)
    return today, datetime(today.year, today.month, 1, tzinfo=ZoneInfo(zone))


def conditions_of(wanted: Filter, resolved: Resolved) -> list[ColumnElement[bool]]:
    """What a release must meet to be let through."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.statuses:
        conditions.append(any_of(Release.status, [status.value for status in wanted.statuses]))
    if wanted.priorities:
        conditions.append(any_of(Release.priority, [priority.value for priority in wanted.priorities]))
    if wanted.services:
        conditions.append(any_of(Service.slug, wanted.services))
    if wanted.owners:
        nobody = [Release.owner_id.is_(None)] if "none" in wanted.owners else []
        conditions.append(or_(any_of(Release.owner_id, resolved.owner_ids), *nobody))
    if wanted.sprints:
        conditions.append(any_of(Release.sprint_id, resolved.sprint_ids))
    if wanted.items:
        conditions.append(Release.id.in_(releases_carrying(any_of(ReleaseItem.reference, wanted.items))))
    conditions += [_claims(resolved)[claim] for claim in sorted(wanted.claims)]
    return conditions + [has_word(word) for word in wanted.words]


def is_overdue(today: date) -> ColumnElement[bool]:
    """Still on its way after its target date."""
    return and_(is_active(), Release.target_date < today)


def deployed_since(start: datetime) -> ColumnElement[bool]:
    """Deployed now, and since then."""
    return and_(Release.status == Status.DEPLOYED.value, Release.production_at >= start)


def _claims(resolved: Resolved) -> Mapping[str, ColumnElement[bool]]:
    return {
        "active": is_active(),
        "blocked": is_blocked(),
        "overdue": is_overdue(resolved.today),
        "hotfix": Release.hotfix.is_(True),
        "mine": Release.owner_id == resolved.me,
        "done": Release.status == Status.DEPLOYED.value,
        "deployed-this-month": deployed_since(resolved.month_start),
    }
