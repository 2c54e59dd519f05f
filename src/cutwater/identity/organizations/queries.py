"""The organization one is in, and its people."""

from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.identity.accounts.models import UserAccount
from cutwater.identity.accounts.queries import HERE, Rows
from cutwater.identity.core.roles import Role
from cutwater.identity.organizations.models import Membership, Organization
from cutwater.kernel.errors import NotFound

# ---------------------------------------------------------------- people of the organization


def people(*, with_ended: bool = False) -> Rows:
    """Members with their roles, by name."""
    statement = select(
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
    ).join(Membership, Membership.user_id == UserAccount.id)
    statement = statement.where(Membership.organization_id == HERE)
    if not with_ended:
        statement = statement.where(Membership.ended_at.is_(None))
    return statement.order_by(Membership.ended_at.is_not(None), func.lower(UserAccount.name), UserAccount.id)


def searched(statement: Rows, words: str) -> Rows:
    """Narrowed to people whose name, address or user name contains the words."""
    wanted = words.strip().lower()
    if not wanted:
        return statement
    fields = (UserAccount.name, UserAccount.email, UserAccount.username)
    return statement.where(or_(*(func.strpos(func.lower(each), wanted) > 0 for each in fields)))


def owners() -> Rows:
    """How many active owners there are."""
    found = select(func.count()).select_from(Membership).where(Membership.organization_id == HERE)
    return found.where(Membership.role == Role.OWNER, Membership.ended_at.is_(None))


async def member_for_update(tx: AsyncSession, user_id: UUID) -> Membership:
    """The membership, ended or not, locked; NotFound for a stranger."""
    found = await tx.scalar(
        select(Membership)
        .where(Membership.organization_id == HERE, Membership.user_id == user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("This person")
    return found


async def owners_for_update(tx: AsyncSession) -> int:
    """How many owners can still sign in, each locked, so that two cannot leave at once."""
    found = await tx.scalars(
        select(Membership.id)
        .join(UserAccount, UserAccount.id == Membership.user_id)
        .where(
            Membership.organization_id == HERE,
            Membership.role == Role.OWNER,
            Membership.ended_at.is_(None),
            UserAccount.is_active,
        )
        .order_by(Membership.id)
        .with_for_update(of=Membership)
    )
    return len(found.all())


async def organization_for_update(tx: AsyncSession) -> Organization:
    """The transaction's organization, locked."""
    found = await tx.scalar(
        select(Organization)
        .where(Organization.id == HERE, Organization.deleted_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("This organization")
    return found


def organization() -> Rows:
    """The organization one is in."""
    columns = (
        Organization.id,
        Organization.name,
        Organization.slug,
        Organization.zone,
        Organization.revision,
        Organization.created_at,
    )
    return select(*columns).where(Organization.id == HERE, Organization.deleted_at.is_(None))
