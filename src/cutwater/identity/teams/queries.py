"""Teams and who is in them."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select

from cutwater.identity.accounts.models import UserAccount
from cutwater.identity.accounts.queries import HERE
from cutwater.identity.organizations.models import Membership
from cutwater.identity.teams.models import Team, TeamMember
from cutwater.kernel.keyed import named
from cutwater.kernel.reader import Rows, any_of


class TeamRow(NamedTuple):
    """A team, with how many active members it has."""

    id: UUID
    slug: str
    name: str
    kind: str
    description: str
    revision: int
    members: int


def teams() -> Rows[TeamRow]:
    """Teams by name."""
    members = (
        select(TeamMember.team_id, func.count().label("members"))
        .join(Membership, Membership.user_id == TeamMember.user_id)
        .where(Membership.organization_id == HERE, Membership.ended_at.is_(None))
        .group_by(TeamMember.team_id)
        .subquery()
    )
    return Rows(
        TeamRow,
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
        .order_by(func.lower(Team.name), Team.id),
    )


def team(slug_or_id: str | UUID) -> Rows[TeamRow]:
    """One team by its slug or id."""
    return teams().where(named(Team, slug_or_id))


class TeamMemberRow(NamedTuple):
    """Somebody in a team."""

    id: UUID
    name: str
    email: str
    is_lead: bool
    joined_at: datetime
    role: str


def team_members(slug_or_id: str | UUID) -> Rows[TeamMemberRow]:
    """A team's active members, leads first."""
    return Rows(
        TeamMemberRow,
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
        .where(named(Team, slug_or_id), Team.deleted_at.is_(None))
        .where(Membership.organization_id == HERE, Membership.ended_at.is_(None))
        .order_by(TeamMember.is_lead.desc(), func.lower(UserAccount.name), UserAccount.id),
    )


def team_member(slug_or_id: str | UUID, user_id: UUID) -> Rows[TeamMemberRow]:
    """One of them."""
    return team_members(slug_or_id).where(UserAccount.id == user_id)


def team_ids_of(user_id: UUID) -> Select[UUID]:
    """The teams a person is in, here."""
    return (
        select(TeamMember.team_id)
        .join(Team, Team.id == TeamMember.team_id)
        .where(TeamMember.user_id == user_id, Team.deleted_at.is_(None))
    )


def teams_by_id(ids: Iterable[UUID]) -> Select[UUID]:
    """Which of these teams exist."""
    return select(Team.id).where(any_of(Team.id, ids), Team.deleted_at.is_(None))
