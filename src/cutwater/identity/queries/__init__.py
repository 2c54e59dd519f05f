"""Every SELECT of identity. What runs before anybody is known is in `lookups.py`."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Uuid

from cutwater.identity.models import (
    ApiKey,
    Invitation,
    Membership,
    Organization,
    RefreshToken,
    SignInSession,
    Team,
    TeamMember,
    UserAccount,
)
from cutwater.identity.roles import Role
from cutwater.kernel import clock
from cutwater.kernel.errors import NotFound
from cutwater.kernel.reader import any_of

Rows = Select[*tuple[Any, ...]]
# row-level security also shows a person their memberships elsewhere; lists of this organization ask for it
_HERE = func.nullif(func.current_setting("app.organization", True), "").cast(Uuid)

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
    statement = statement.where(Membership.organization_id == _HERE)
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


def count_of(statement: Rows) -> Rows:
    """How many rows a list has in all."""
    return select(func.count()).select_from(statement.order_by(None).subquery())


def owners() -> Rows:
    """How many active owners there are."""
    found = select(func.count()).select_from(Membership).where(Membership.organization_id == _HERE)
    return found.where(Membership.role == Role.OWNER, Membership.ended_at.is_(None))


async def member_for_update(tx: AsyncSession, user_id: UUID) -> Membership:
    """The membership, ended or not, locked; NotFound for a stranger."""
    found = await tx.scalar(
        select(Membership)
        .where(Membership.organization_id == _HERE, Membership.user_id == user_id)
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
            Membership.organization_id == _HERE,
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
        .where(Organization.id == _HERE, Organization.deleted_at.is_(None))
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
    return select(*columns).where(Organization.id == _HERE, Organization.deleted_at.is_(None))


async def account_for_update(tx: AsyncSession, user_id: UUID) -> UserAccount:
    """One's own account, locked."""
    found = await tx.scalar(
        select(UserAccount)
        .where(UserAccount.id == user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("This person")
    return found


def account(user_id: UUID) -> Rows:
    """One person, as far as they may be seen."""
    return select(
        UserAccount.id,
        UserAccount.email,
        UserAccount.username,
        UserAccount.name,
        UserAccount.zone,
        UserAccount.locale,
        UserAccount.is_superadmin,
        UserAccount.is_active,
        UserAccount.email_confirmed_at,
        UserAccount.last_organization_id,
        UserAccount.revision,
    ).where(UserAccount.id == user_id)


# ---------------------------------------------------------------- teams


def teams() -> Rows:
    """Teams by name, with how many members each has."""
    members = (
        select(TeamMember.team_id, func.count().label("members"))
        .join(Membership, Membership.user_id == TeamMember.user_id)
        .where(Membership.organization_id == _HERE, Membership.ended_at.is_(None))
        .group_by(TeamMember.team_id)
        .subquery()
    )
    return (
        select(
            Team.id,
            Team.slug,
            Team.name,
            Team.kind,
            Team.description,
            Team.revision,
            func.coalesce(members.c.members, 0).label("members"),
        )
        .outerjoin(members, members.c.team_id == Team.id)
        .where(Team.deleted_at.is_(None))
        .order_by(func.lower(Team.name), Team.id)
    )


def team(slug_or_id: str) -> Rows:
    """One team by its slug or id."""
    return teams().where(_team_is(slug_or_id))


def _team_is(slug_or_id: str) -> Any:
    try:
        return Team.id == UUID(slug_or_id)
    except ValueError:
        return Team.slug == slug_or_id


async def team_for_update(tx: AsyncSession, slug_or_id: str) -> Team:
    """The team, locked."""
    found = await tx.scalar(
        select(Team)
        .where(_team_is(slug_or_id), Team.deleted_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("This team")
    return found


def team_members(slug_or_id: str) -> Rows:
    """A team's active members, leads first."""
    return (
        select(
            UserAccount.id,
            UserAccount.name,
            UserAccount.email,
            TeamMember.is_lead,
            TeamMember.created_at.label("joined_at"),
            Membership.role,
        )
        .join(TeamMember, TeamMember.user_id == UserAccount.id)
        .join(Team, Team.id == TeamMember.team_id)
        .join(Membership, Membership.user_id == UserAccount.id)
        .where(_team_is(slug_or_id), Team.deleted_at.is_(None))
        .where(Membership.organization_id == _HERE, Membership.ended_at.is_(None))
        .order_by(TeamMember.is_lead.desc(), func.lower(UserAccount.name), UserAccount.id)
    )


async def team_member_for_update(tx: AsyncSession, team_id: UUID, user_id: UUID) -> TeamMember | None:
    """A person's place in a team, locked."""
    statement = select(TeamMember).where(TeamMember.team_id == team_id, TeamMember.user_id == user_id)
    found: TeamMember | None = await tx.scalar(statement.with_for_update())
    return found


def team_ids_of(user_id: UUID) -> Rows:
    """The teams a person is in, here."""
    statement = select(TeamMember.team_id).join(Team, Team.id == TeamMember.team_id)
    return statement.where(TeamMember.user_id == user_id, Team.deleted_at.is_(None))


def teams_by_id(ids: Iterable[UUID]) -> Rows:
    """Which of these teams exist."""
    return select(Team.id).where(any_of(Team.id, ids), Team.deleted_at.is_(None))


# ---------------------------------------------------------------- invitations, keys, sessions


def invitations() -> Rows:
    """Open invitations, newest first."""
    return (
        select(
            Invitation.id,
            Invitation.email,
            Invitation.role,
            Invitation.created_at,
            Invitation.expires_at,
            Invitation.invited_by,
            UserAccount.name.label("inviter"),
        )
        .outerjoin(UserAccount, UserAccount.id == Invitation.invited_by)
        .where(Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
        .order_by(Invitation.created_at.desc(), Invitation.id)
    )


async def open_invitation_for_update(
    tx: AsyncSession, *, id: UUID | None = None, email: str = ""
) -> Invitation | None:
    """An invitation that is neither accepted nor withdrawn, locked."""
    statement = select(Invitation).where(Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
    wanted = Invitation.id == id if id is not None else Invitation.email == email
    found: Invitation | None = await tx.scalar(
        statement.where(wanted).with_for_update().execution_options(populate_existing=True)
    )
    return found


def api_keys(*, user_id: UUID | None = None) -> Rows:
    """Keys that are not revoked: a person's, or all of the organization with their holders."""
    statement = (
        select(
            ApiKey.id,
            ApiKey.name,
            ApiKey.start,
            ApiKey.scopes,
            ApiKey.role,
            ApiKey.user_id,
            ApiKey.created_at,
            ApiKey.expires_at,
            ApiKey.last_used_at,
            UserAccount.name.label("holder"),
        )
        .outerjoin(UserAccount, UserAccount.id == ApiKey.user_id)
        .where(ApiKey.organization_id == _HERE, ApiKey.revoked_at.is_(None))
        .order_by(ApiKey.created_at.desc(), ApiKey.id)
    )
    return statement.where(ApiKey.user_id == user_id) if user_id is not None else statement


async def api_key_for_update(tx: AsyncSession, id: UUID) -> ApiKey:
    """A key that is not revoked, locked."""
    found = await tx.scalar(
        select(ApiKey)
        .where(ApiKey.id == id, ApiKey.organization_id == _HERE, ApiKey.revoked_at.is_(None))
        .with_for_update()
    )
    if found is None:
        raise NotFound("This key")
    return found


def sessions(user_id: UUID) -> Rows:
    """A person's open sessions, the last used first."""
    return (
        select(
            SignInSession.id,
            SignInSession.browser,
            SignInSession.address,
            SignInSession.created_at,
            SignInSession.last_used_at,
            SignInSession.expires_at,
        )
        .where(SignInSession.user_id == user_id, SignInSession.ended_at.is_(None))
        .where(SignInSession.expires_at > clock.now())
        .order_by(SignInSession.last_used_at.desc(), SignInSession.id)
    )


def families(user_id: UUID) -> Rows:
    """A person's live API sign-ins (refresh families) in this organization."""
    return (
        select(
            RefreshToken.family_id.label("id"),
            func.min(RefreshToken.created_at).label("created_at"),
            func.max(RefreshToken.created_at).label("last_used_at"),
            func.max(RefreshToken.expires_at).label("expires_at"),
        )
        .where(RefreshToken.user_id == user_id, RefreshToken.organization_id == _HERE)
        .where(RefreshToken.revoked_at.is_(None), RefreshToken.expires_at > clock.now())
        .group_by(RefreshToken.family_id)
        .order_by(func.max(RefreshToken.created_at).desc())
    )
