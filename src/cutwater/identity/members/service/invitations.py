"""Invitations: a mailed way in, for one address, once."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.identity.accounts.models import UserAccount
from cutwater.identity.accounts.queries import account_for_update, invitation_facts
from cutwater.identity.accounts.service import accounts, scope
from cutwater.identity.core import accounts as rules
from cutwater.identity.core import tokens
from cutwater.identity.core.roles import Role
from cutwater.identity.members import events, permissions
from cutwater.identity.members.models import Invitation
from cutwater.identity.members.queries import open_invitation_for_update
from cutwater.identity.members.service import members
from cutwater.identity.organizations.queries import organization, people
from cutwater.identity.teams.models import TeamMember
from cutwater.identity.teams.queries import team_member_for_update, teams_by_id
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.errors import Conflict, Invalid, NotFound, refuse_if
from cutwater.kernel.grants import HELD_BY, Grant
from cutwater.kernel.ids import new_id
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import Reader


async def invite(
    tx: AsyncSession, actor: Actor, email: str, role: str, *, team_ids: Iterable[UUID] = ()
) -> Invitation:
    """Mail somebody a way in; an open invitation for the same address is replaced."""
    refuse_if(permissions.to_give_role(actor, role))
    email, wanted = rules.tidy_email(email), list(dict.fromkeys(team_ids))
    wrong = rules.email_problem(email)
    if wrong:
        raise Invalid({"email": wrong})
    await _refuse_member(tx, email)
    if len((await tx.execute(teams_by_id(wanted))).all()) != len(wanted):
        raise Invalid({"team_ids": "One of these teams does not exist."})
    before = await open_invitation_for_update(tx, email=email)
    if before is not None:
        before.revoked_at = clock.now()
    invitation = Invitation(
        id=new_id(),
        email=email,
        role=Role(role).value,
        team_ids=[str(id) for id in wanted],
        nonce=tokens.new_nonce(),
        invited_by=actor.user_id,
        expires_at=clock.now() + tokens.INVITATION_LIFETIME,
    )
    tx.add(invitation)
    said = events.InvitationCreated(invitation_id=invitation.id, role=invitation.role)
    await audit.record(tx, actor, said)
    return invitation


async def _refuse_member(tx: AsyncSession, email: str) -> None:
    found = (await tx.execute(people().where(UserAccount.email == email))).one_or_none()
    if found is not None:
        text = f"{found.name} is in the organization already."
        raise Conflict([Obstacle(code="member.exists", text=text, hint="Change their role instead.")])


async def revoke_invitation(tx: AsyncSession, actor: Actor, id: UUID) -> None:
    """Withdraw an invitation: its link stops working."""
    refuse_if(lacking(actor, Grant.PEOPLE_MANAGE, "manage invitations"))
    invitation = await open_invitation_for_update(tx, id=id)
    if invitation is None:
        raise NotFound("This invitation")
    invitation.revoked_at = clock.now()
    said = events.InvitationRevoked(invitation_id=invitation.id, role=invitation.role)
    await audit.record(tx, actor, said)


async def invitation_of(reader: Reader, secrets: Sequence[str], token: str) -> Any:
    """What a mailed link shows: the invitation, used or not; NotFound when we did not make the link."""
    id = tokens.link_id(token)
    facts = await reader.first(invitation_facts(id)) if id else None
    if facts is None or not tokens.link_is_genuine(secrets, "invitation", token, facts.nonce):
        raise NotFound("This invitation")
    return facts


def obstacles_to_accept(facts: Any, email: str) -> list[Obstacle]:
    """Why this invitation cannot be accepted by the owner of this address (empty: by somebody new)."""
    again = "Ask for a new invitation."
    found = []
    if facts.accepted_at is not None:
        found.append(Obstacle(code="invitation.used", text="This invitation was used already.", hint=again))
    if facts.revoked_at is not None:
        found.append(Obstacle(code="invitation.revoked", text="This invitation was withdrawn.", hint=again))
    if facts.expires_at <= clock.now():
        found.append(Obstacle(code="invitation.expired", text="This invitation is too old.", hint=again))
    if email and email != facts.email:
        text = f"This invitation is for {facts.email}; you are signed in as {email}."
        hint = f"Sign out, and sign in as {facts.email}; or ask for an invitation to your own address."
        who = HELD_BY[Grant.PEOPLE_MANAGE]
        found.append(Obstacle(code="permission.email", text=text, hint=hint, cleared_by=who))
    return found


async def accept_invitation(
    tx: AsyncSession, reader: Reader, secrets: Sequence[str], token: str, user_id: UUID
) -> Any:
    """Join the organization that invited this address; the transaction goes on inside it."""
    facts = await invitation_of(reader, secrets, token)
    await scope.enter(tx, organization_id=facts.organization_id, user_id=user_id)
    account = await account_for_update(tx, user_id)
    refuse_if(obstacles_to_accept(facts, account.email))
    invitation = await open_invitation_for_update(tx, id=facts.id)
    if invitation is None:
        raise Conflict("This invitation was used or withdrawn at this moment.")
    invitation.accepted_at, invitation.accepted_by = clock.now(), user_id
    account.email_confirmed_at = account.email_confirmed_at or clock.now()
    account.last_organization_id = facts.organization_id
    joining = scope.person_actor(account)
    await members.join(tx, joining, user_id, invitation.role)
    said = events.InvitationAccepted(invitation_id=invitation.id, role=invitation.role, user_id=user_id)
    await audit.record(tx, joining, said)
    still_there = await tx.scalars(teams_by_id([UUID(id) for id in invitation.team_ids]))
    for team_id in still_there.all():
        if await team_member_for_update(tx, team_id, user_id) is None:
            tx.add(TeamMember(team_id=team_id, user_id=user_id))
    await tx.flush()
    return facts


async def accept_as_new(
    tx: AsyncSession,
    reader: Reader,
    secrets: Sequence[str],
    token: str,
    *,
    name: str,
    password: str,
) -> UserAccount:
    """Make the account the invitation is for, and join: the mailed link has proven the address.

    They begin in the organization's time zone.
    """
    facts = await invitation_of(reader, secrets, token)
    refuse_if(obstacles_to_accept(facts, ""))
    account = await accounts.sign_up(tx, email=facts.email, name=name, password=password, is_confirmed=True)
    await accept_invitation(tx, reader, secrets, token, account.id)
    account.zone = (await tx.execute(organization())).one().zone
    return account
