"""What the API takes and gives of organizations."""

from datetime import datetime
from uuid import UUID

from cutwater.identity.accounts.schemas import Short, Slug, Zone
from cutwater.identity.core.roles import Role
from cutwater.kernel.wire import Body, Out


class OrganizationRead(Out):
    """An organization one may enter."""

    id: UUID
    slug: str
    name: str
    role: Role | None
    members: int


class OrganizationDetail(Out):
    """The organization the token is bound to."""

    id: UUID
    slug: str
    name: str
    zone: str
    revision: int
    created_at: datetime


class OrganizationCreate(Body):
    """A new organization; without a slug one is made of the name."""

    name: Short
    slug: Slug = ""
    zone: Zone = "UTC"


class OrganizationChange(Body):
    """What is left out stays."""

    name: Short | None = None
    zone: Zone | None = None
