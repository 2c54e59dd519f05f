"""Invitations: a mailed way in, for one address, once."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.identity.accounts.models import UserAccount
from cutwater.identity.accounts.queries import InvitationFacts, invitation_facts
from cutwater.identity.accounts.service import accounts, scope
from cutwater.identity.core import accounts as rules
from cutwater.identity.core import tokens
from cutwater.identity.core.roles import Role
from cutwater.identity.members import events, permissions
from cutwater.identity.members.models import Invitation
from cutwater.identity.members.service import members
from cutwater.identity.organizations.queries import person_by_email
from cutwater.identity.organizations.views import organization
from cutwater.identity.teams.queries import teams_by_id
from cutwater.identity.teams.service import join_teams
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Conflict, Invalid, NotFound, refuse
from cutwater.kernel.ids import new_id
from cutwater.kernel.keyed import held, held_if
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import Reader, SessionReader

OPEN = (Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))


async def invite(
    tx: AsyncSession, actor: Actor, email: str, role: str, *, team_ids: Iterable[UUID] = ()
) -> events.InvitationCreated:
    """Mail somebody a way in; an open invitation for the same address is replaced."""
    refuse(may=permissions.to_give_role(actor, role))
    email, wanted = rules.tidy_email(email), list(dict.fromkeys(team_ids))
    wrong = rules.email_problem(email)
    if wrong:
        raise Invalid({"email": wrong})
    await _refuse_member(tx, email)
    if len(await SessionReader(tx).scalars(teams_by_id(wanted))) != len(wanted):
        raise Invalid({"team_ids": "One of these teams does not exist."})
    before = await held_if(tx, Invitation, Invitation.email == email, *OPEN)
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
    created = events.InvitationCreated(invitation_id=invitation.id, role=invitation.role)
    await audit.record(tx, actor, created)
    return created


async def _refuse_member(tx: AsyncSession, email: str) -> None:
    member = await SessionReader(tx).first(person_by_email(email))
    if member is not None:
        text = f"{member.name} is in the organization already."
        raise Conflict([Obstacle(code="member.exists", text=text, hint="Change their role instead.")])


async def revoke_invitation(tx: AsyncSession, actor: Actor, id: UUID) -> None:
    """Withdraw an invitation: its link stops working."""
    invitation = await held(tx, Invitation, id, *OPEN, what="This invitation")
    refuse(may=permissions.to_revoke_invitation(actor))
    invitation.revoked_at = clock.now()
    revoked = events.InvitationRevoked(invitation_id=invitation.id, role=invitation.role)
    await audit.record(tx, actor, revoked)


async def invitation_of(reader: Reader, secrets: Sequence[str], token: str) -> InvitationFacts:
    """What a mailed link shows: the invitation, used or not; NotFound when we did not make the link."""
    id = tokens.link_id(token)
    if id is None:
        raise NotFound("This invitation")
    facts = await reader.first(invitation_facts(id))
    if facts is None or not tokens.link_is_genuine(secrets, "invitation", token, facts.nonce):
        raise NotFound("This invitation")
    return facts


async def accept_invitation(
    tx: AsyncSession, reader: Reader, secrets: Sequence[str], token: str, user_id: UUID
) -> InvitationFacts:
    """Join the organization that invited this address; the transaction goes on inside it."""
    facts = await invitation_of(reader, secrets, token)
    await scope.enter(tx, organization_id=facts.organization_id, user_id=user_id)
    account = await held(tx, UserAccount, user_id, what="This person")
    refuse(may=permissions.to_accept(facts, account.email))
    invitation = await held_if(tx, Invitation, Invitation.id == facts.id, *OPEN)
    if invitation is None:
        raise Conflict("This invitation was used or withdrawn at this moment.")
    invitation.accepted_at, invitation.accepted_by = clock.now(), user_id
    account.email_confirmed_at = account.email_confirmed_at or clock.now()
    account.last_organization_id = facts.organization_id
    joining = scope.person_actor(account)
    await members.join(tx, joining, user_id, invitation.role)
    accepted = events.InvitationAccepted(invitation_id=invitation.id, role=invitation.role, user_id=user_id)
    await audit.record(tx, joining, accepted)
    await join_teams(tx, user_id, [UUID(id) for id in invitation.team_ids])
    return facts


async def accept_as_new(
    tx: AsyncSession,
    reader: Reader,
    secrets: Sequence[str],
    token: str,
    *,
    name: str,
    password: str,
) -> UUID:
    """Make the account the invitation is for, and join: the mailed link has proven the address.

    They begin in the organization's time zone. Gives the person's id.
    """
    facts = await invitation_of(reader, secrets, token)
    refuse(may=permissions.to_accept(facts, ""))
    id = await accounts.sign_up(tx, email=facts.email, name=name, password=password, is_confirmed=True)
    await accept_invitation(tx, reader, secrets, token, id)
    account = await held(tx, UserAccount, id, what="This person")
    account.zone = (await organization(SessionReader(tx))).zone
    return id
