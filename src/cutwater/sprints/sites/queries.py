"""One site, by its id, its kind and its name."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, select

from cutwater.sprints.core.facts import SiteKind
from cutwater.sprints.sites.models import Site


def site_ids(*where: ColumnElement[bool]) -> Select[UUID]:
    """The ids of sites, the oldest first."""
    return select(Site.id).where(Site.deleted_at.is_(None), *where).order_by(Site.id)


def kind_of(site_id: UUID) -> Select[str]:
    """What kind of site it is."""
    return select(Site.kind).where(Site.id == site_id)


def is_native(kind: str | None) -> bool:
    """Whether what is in a site of this kind is made here."""
    return kind == SiteKind.NATIVE
