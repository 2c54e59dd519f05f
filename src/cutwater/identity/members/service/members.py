"""People of the organization: who is in, as what, and who acts."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.identity.accounts import queries as accounts_queries
from cutwater.identity.accounts.models import UserAccount
from cutwater.identity.accounts.service import accounts, scope
from cutwater.identity.accounts.service.passwords import set_password
from cutwater.identity.core import accounts as rules
from cutwater.identity.core.roles import Role, grants_of
from cutwater.identity.keys.models import ApiKey
from cutwater.identity.members import events, permissions
from cutwater.identity.organizations.models import Membership
from cutwater.identity.organizations.queries import member_for_update, organization, owners_for_update, people
from cutwater.identity.sessions.models import RefreshToken
from cutwater.identity.teams.queries import team_ids_of
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Conflict, Invalid, NotFound, refuse_if
from cutwater.kernel.etags import refuse_stale


async def act_as(tx: AsyncSession, user_id: UUID) -> Actor:
    """A member of the transaction's organization as the actor; NotFound when they are none."""
    person = (await tx.execute(people().where(UserAccount.id == user_id))).one_or_none()
    here = (await tx.execute(organization())).one_or_none()
    if person is None or here is None:
        raise NotFound("This person")
    account = (await tx.execute(accounts_queries.account(user_id))).one()
    teams = await tx.scalars(team_ids_of(user_id))
    return Actor(
        kind="user",
        id=user_id,
        name=person.name,
        organization_id=here.id,
        organization=here.slug,
        organization_name=here.name,
        role=person.role,
        grants=grants_of(person.role, is_auditor=person.is_auditor, is_superadmin=account.is_superadmin),
        team_ids=frozenset(teams.all()),
        zone=account.zone,
        locale=account.locale,
        user_id=user_id,
    )


async def add_member(
    tx: AsyncSession, actor: Actor, *, email: str, name: str, role: str, password: str = ""
) -> UserAccount:
    """Put somebody into the organization without asking; makes their account when there is none.

    Only an account that is made here gets the password: an existing one keeps its own.
    """
    refuse_if(permissions.to_give_role(actor, role))
    email = rules.tidy_email(email)
    known = (await tx.execute(accounts_queries.account_by_email(email))).one_or_none()
    if known is None:
        user_id = (await _new_account(tx, email, name, password)).id
    else:
        user_id = known.id
    await join(tx, actor, user_id, role)
    return (await tx.scalars(select(UserAccount).where(UserAccount.id == user_id))).one()


async def _new_account(tx: AsyncSession, email: str, name: str, password: str) -> UserAccount:
    wrong = rules.email_problem(email)
    if wrong:
        raise Invalid({"email": wrong})
    here = (await tx.execute(organization())).one()
    account = await accounts.make_account(tx, email=email, name=name.strip() or email, zone=here.zone)
    if password:
        async with scope.inside(tx, user_id=account.id):
            await set_password(tx, account.id, password)
    return account


async def join(tx: AsyncSession, actor: Actor, user_id: UUID, role: str, *, is_auditor: bool = False) -> None:
    """Make or restore a membership; Conflict when it is there already. A former grant does not come back."""
    organization_id, has_joined = scope.organization_of(tx), actor.user_id == user_id
    try:
        membership = await member_for_update(tx, user_id)
    except NotFound:
        tx.add(Membership(organization_id=organization_id, user_id=user_id, role=role))
        added = events.MemberAdded(user_id=user_id, role=role, has_joined=has_joined)
        await audit.record(tx, actor, added)
        return
    if membership.ended_at is None:
        raise Conflict("This person is in the organization already.")
    membership.ended_at, membership.role, membership.is_auditor = None, role, is_auditor
    membership.revision += 1
    said = events.MemberRestored(user_id=user_id, role=role, has_joined=has_joined)
    await audit.record(tx, actor, said)


async def update_member(
    tx: AsyncSession,
    actor: Actor,
    user_id: UUID,
    *,
    role: str | None = None,
    is_auditor: bool | None = None,
    seen_revision: int | None = None,
) -> Membership:
    """Give a person another role, or give and take the auditor grant."""
    owners = await owners_for_update(tx)
    membership = await member_for_update(tx, user_id)
    now_role = role or membership.role
    refuse_if(permissions.to_change_role(actor, membership.role, now_role, owners=owners))
    if membership.ended_at is not None:
        raise Conflict("This person is deactivated. Reactivate them first.")
    refuse_stale(membership.revision, seen_revision)
    now_auditor = membership.is_auditor if is_auditor is None else is_auditor
    was = {"role": membership.role, "auditor": _yes(membership.is_auditor)}
    now = {"role": now_role, "auditor": _yes(now_auditor)}
    changed = [field for field in now if now[field] != was[field]]
    if not changed:
        return membership
    membership.role, membership.is_auditor = now_role, now_auditor
    membership.revision += 1
    said = events.MemberChanged(
        user_id=user_id,
        was={field: was[field] for field in changed},
        now={field: now[field] for field in changed},
    )
    await audit.record(tx, actor, said)
    return membership


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"


async def end_membership(tx: AsyncSession, actor: Actor, user_id: UUID) -> None:
    """Deactivate somebody here, or leave: their keys and API sign-ins of this organization end, and their
    sessions too when no other organization is left. What they did keeps their name."""
    owners = await owners_for_update(tx)
    membership = await member_for_update(tx, user_id)
    if membership.ended_at is not None:
        raise Conflict("This person is deactivated already.")
    # a key may be stolen: it never makes its person leave
    is_self = actor.kind == "user" and user_id == actor.user_id
    refuse_if(permissions.to_end(actor, membership.role, is_self=is_self, owners=owners))
    membership.ended_at = clock.now()
    membership.revision += 1
    await tx.flush()
    here = membership.organization_id
    for table in (ApiKey, RefreshToken):
        alive = (table.user_id == user_id, table.organization_id == here, table.revoked_at.is_(None))
        await tx.execute(update(table).where(*alive).values(revoked_at=clock.now()))
    await tx.execute(accounts_queries.end_sessions(user_id))
    said = events.MemberEnded(user_id=user_id, role=membership.role, has_left=is_self)
    await audit.record(tx, actor, said)


async def restore_member(tx: AsyncSession, actor: Actor, user_id: UUID) -> None:
    """Let somebody back in, as what they were."""
    membership = await member_for_update(tx, user_id)
    refuse_if(permissions.to_give_role(actor, membership.role))
    await join(tx, actor, user_id, Role(membership.role).value, is_auditor=membership.is_auditor)
