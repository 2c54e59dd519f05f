"""Teams and who is in them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.identity.accounts.models import UserAccount
from cutwater.identity.accounts.queries import HERE, Rows
from cutwater.identity.organizations.models import Membership
from cutwater.identity.teams.models import Team, TeamMember
from cutwater.kernel.errors import NotFound
from cutwater.kernel.reader import any_of

# ---------------------------------------------------------------- teams


def teams() -> Rows:
    """Teams by name, with how many members each has."""
    members = (
        select(TeamMember.team_id, func.count().label("members"))
        .join(Membership, Membership.user_id == TeamMember.user_id)
        .where(Membership.organization_id == HERE, Membership.ended_at.is_(None))
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
        .where(Membership.organization_id == HERE, Membership.ended_at.is_(None))
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
