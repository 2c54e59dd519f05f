"""The organization one is in, and its people."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select

from cutwater.identity.accounts.models import UserAccount
from cutwater.identity.accounts.queries import HERE
from cutwater.identity.core.roles import Role
from cutwater.identity.organizations.models import Membership, Organization
from cutwater.kernel.reader import Rows


class OrganizationRow(NamedTuple):
    """The organization one is in."""

    id: UUID
    name: str
    slug: str
    zone: str
    revision: int
    created_at: datetime


def organization() -> Rows[OrganizationRow]:
    """The organization one is in."""
    return Rows(
        OrganizationRow,
        select(
            Organization.id,
            Organization.name,
            Organization.slug,
            Organization.zone,
            Organization.revision,
            Organization.created_at,
        ).where(Organization.id == HERE, Organization.deleted_at.is_(None)),
    )


class PersonRow(NamedTuple):
    """A member of the organization, active or not."""

    id: UUID
    name: str
    email: str
    username: str
    is_active: bool
    role: str
    is_auditor: bool
    revision: int
    ended_at: datetime | None
    joined_at: datetime


def people(*, with_ended: bool = False) -> Rows[PersonRow]:
    """Members with their roles, by name."""
    statement = (
        select(
            UserAccount.id,
            UserAccount.name,
            UserAccount.email,
            UserAccount.username,
            UserAccount.is_active,
            Membership.role,
            Membership.is_auditor,
            Membership.revision,
            Membership.ended_at,
            Membership.created_at.label("joined_at"),
        )
        .join(Membership, Membership.user_id == UserAccount.id)
        .where(Membership.organization_id == HERE)
    )
    if not with_ended:
        statement = statement.where(Membership.ended_at.is_(None))
    by_name = (Membership.ended_at.is_not(None), func.lower(UserAccount.name), UserAccount.id)
    return Rows(PersonRow, statement.order_by(*by_name))


def person(user_id: UUID, *, with_ended: bool = False) -> Rows[PersonRow]:
    """One of them."""
    return people(with_ended=with_ended).where(UserAccount.id == user_id)


def person_by_email(email: str) -> Rows[PersonRow]:
    """The active member with this address."""
    return people().where(UserAccount.email == email)


def find_people(words: str, *, with_ended: bool = False) -> Rows[PersonRow]:
    """People whose name, address or user name contains the words; all, when there are none."""
    wanted = words.strip().lower()
    rows = people(with_ended=with_ended)
    if not wanted:
        return rows
    fields = (UserAccount.name, UserAccount.email, UserAccount.username)
    return rows.where(or_(*(func.strpos(func.lower(field), wanted) > 0 for field in fields)))


class OwnerCount(NamedTuple):
    """How many active owners there are."""

    owners: int


def owners() -> Rows[OwnerCount]:
    """How many active owners the organization has."""
    return Rows(
        OwnerCount,
        select(func.count().label("owners"))
        .select_from(Membership)
        .where(Membership.organization_id == HERE)
        .where(Membership.role == Role.OWNER, Membership.ended_at.is_(None)),
    )
