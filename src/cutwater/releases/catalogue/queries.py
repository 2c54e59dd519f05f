"""Services to choose from, and the environments."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from cutwater.kernel.errors import NotFound
from cutwater.kernel.keyed import named
from cutwater.kernel.reader import Reader, Rows
from cutwater.releases.catalogue.models import Environment, Service


class ServiceChoice(NamedTuple):
    """A service that a release can be made of."""

    slug: str
    name: str


class EnvironmentRow(NamedTuple):
    """An environment."""

    id: UUID
    slug: str
    name: str
    kind: str
    position: int
    revision: int
    created_at: datetime
    updated_at: datetime


def service_choices() -> Rows[ServiceChoice]:
    """The services that are not archived, by name."""
    return Rows(
        ServiceChoice,
        select(Service.slug, Service.name)
        .where(Service.deleted_at.is_(None), Service.archived_at.is_(None))
        .order_by(func.lower(Service.name)),
    )


def environments() -> Rows[EnvironmentRow]:
    """The environments in their order."""
    return Rows(
        EnvironmentRow,
        select(
            Environment.id,
            Environment.slug,
            Environment.name,
            Environment.kind,
            Environment.position,
            Environment.revision,
            Environment.created_at,
            Environment.updated_at,
        )
        .where(Environment.deleted_at.is_(None))
        .order_by(Environment.position, func.lower(Environment.name)),
    )


async def environment_row(reader: Reader, slug: str | UUID) -> EnvironmentRow:
    """One environment by slug or id; NotFound when there is none."""
    row = await reader.first(environments().where(named(Environment, slug)))
    if row is None:
        raise NotFound("This environment")
    return row
