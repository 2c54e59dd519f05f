"""People of the organization: who is in, as what, and who acts."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.identity.accounts import queries as accounts_queries
from cutwater.identity.accounts.models import UserAccount
from cutwater.identity.accounts.queries import HERE
from cutwater.identity.accounts.service import accounts, scope
from cutwater.identity.accounts.service.passwords import set_password
from cutwater.identity.core import accounts as rules
from cutwater.identity.core.roles import Role, grants_of
from cutwater.identity.keys.models import ApiKey
from cutwater.identity.members import events, permissions
from cutwater.identity.organizations.models import Membership
from cutwater.identity.organizations.queries import organization, person
from cutwater.identity.organizations.views import organization as organization_of
from cutwater.identity.sessions.models import RefreshToken
from cutwater.identity.teams.queries import team_ids_of
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import changed
from cutwater.kernel.errors import Conflict, Invalid, NotFound, Stale, refuse
from cutwater.kernel.keyed import held_all, held_if
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import SessionReader


async def act_as(tx: AsyncSession, user_id: UUID) -> Actor:
    """A member of the transaction's organization as the actor; NotFound when they are none."""
    reader = SessionReader(tx)
    people, here, known = await reader.batch(
        person(user_id), organization(), accounts_queries.account(user_id)
    )
    if not (people and here and known):
        raise NotFound("This person")
    member, place, account = people[0], here[0], known[0]
    return Actor(
        kind="user",
        id=user_id,
        name=member.name,
        organization_id=place.id,
        organization=place.slug,
        organization_name=place.name,
        role=member.role,
        grants=grants_of(member.role, is_auditor=member.is_auditor, is_superadmin=account.is_superadmin),
        team_ids=frozenset(await reader.scalars(team_ids_of(user_id))),
        zone=account.zone,
        locale=account.locale,
        user_id=user_id,
    )


async def add_member(
    tx: AsyncSession, actor: Actor, *, email: str, name: str, role: str, password: str = ""
) -> UUID:
    """Put somebody into the organization without asking; makes their account when there is none.

    Only an account that is made here gets the password: an existing one keeps its own. Gives the person's id.
    """
    refuse(may=permissions.to_give_role(actor, role))
    email = rules.tidy_email(email)
    known = await SessionReader(tx).first(accounts_queries.account_by_email(email))
    user_id = known.id if known else await _new_account(tx, email, name, password)
    await join(tx, actor, user_id, role)
    return user_id


async def _new_account(tx: AsyncSession, email: str, name: str, password: str) -> UUID:
    wrong = rules.email_problem(email)
    if wrong:
        raise Invalid({"email": wrong})
    here = await organization_of(SessionReader(tx))
    account = await accounts.make_account(tx, email=email, name=name.strip() or email, zone=here.zone)
    if password:
        async with scope.inside(tx, user_id=account.id):
            await set_password(tx, account.id, password)
    return account.id


async def join(tx: AsyncSession, actor: Actor, user_id: UUID, role: str, *, is_auditor: bool = False) -> None:
    """Make or restore a membership; Conflict when it is there already. A former grant does not come back."""
    has_joined = actor.user_id == user_id
    membership = await _hold_if(tx, user_id)
    if membership is None:
        tx.add(Membership(organization_id=scope.organization_of(tx), user_id=user_id, role=role))
        added = events.MemberAdded(user_id=user_id, role=role, has_joined=has_joined)
        await audit.record(tx, actor, added)
        return
    if membership.ended_at is None:
        raise Conflict("This person is in the organization already.")
    changed(membership, {"ended_at": None, "role": role, "is_auditor": is_auditor})
    restored = events.MemberRestored(user_id=user_id, role=role, has_joined=has_joined)
    await audit.record(tx, actor, restored)


async def _hold_if(tx: AsyncSession, user_id: UUID) -> Membership | None:
    here = Membership.organization_id == HERE
    return await held_if(tx, Membership, here, Membership.user_id == user_id)


async def _hold(tx: AsyncSession, user_id: UUID) -> Membership:
    """The membership, ended or not; NotFound for a stranger."""
    membership = await _hold_if(tx, user_id)
    if membership is None:
        raise NotFound("This person")
    return membership


async def _hold_owners(tx: AsyncSession) -> int:
    """How many owners can still sign in, each held, so that two cannot leave at once."""
    owning = (
        Membership.organization_id == HERE,
        Membership.role == Role.OWNER,
        Membership.ended_at.is_(None),
        Membership.user_id.in_(select(UserAccount.id).where(UserAccount.is_active)),
    )
    return len(await held_all(tx, Membership, None, *owning))


async def update_member(
    tx: AsyncSession,
    actor: Actor,
    user_id: UUID,
    *,
    role: str | None = None,
    is_auditor: bool | None = None,
    seen_revision: int | None = None,
) -> None:
    """Give a person another role, or give and take the auditor grant."""
    owners = await _hold_owners(tx)
    membership = await _hold(tx, user_id)
    wanted = {
        "role": role or membership.role,
        "is_auditor": membership.is_auditor if is_auditor is None else is_auditor,
    }
    obstacles = permissions.to_change_role(actor, membership.role, str(wanted["role"]), owners=owners)
    refuse(
        may=obstacles,
        seen=await _stale(tx, membership, seen_revision),
        rules=_ended(membership, "This person is deactivated.", hint="Reactivate them first."),
    )
    changes = changed(membership, wanted)
    if changes:
        await audit.record(tx, actor, events.MemberChanged(user_id=user_id, changes=changes))


@dataclass
class _Seen:
    """A membership as the log knows it: by its person."""

    id: UUID
    revision: int


async def _stale(tx: AsyncSession, membership: Membership, seen_revision: int | None) -> Stale | None:
    known = _Seen(membership.user_id, membership.revision)
    return await audit.stale(tx, "member", known, seen_revision)


def _ended(membership: Membership, text: str, hint: str = "") -> list[Obstacle]:
    if membership.ended_at is None:
        return []
    return [Obstacle(code="member.ended", text=text, hint=hint)]


async def end_membership(tx: AsyncSession, actor: Actor, user_id: UUID) -> None:
    """Deactivate somebody here, or leave: their keys and API sign-ins of this organization end, and their
    sessions too when no other organization is left. What they did keeps their name."""
    owners = await _hold_owners(tx)
    membership = await _hold(tx, user_id)
    # a key may be stolen: it never makes its person leave
    is_self = actor.kind == "user" and user_id == actor.user_id
    obstacles = permissions.to_end(actor, membership.role, is_self=is_self, owners=owners)
    refuse(
        may=[obstacle for obstacle in obstacles if obstacle.is_permission],
        rules=_ended(membership, "This person is deactivated already.") or obstacles,
    )
    changed(membership, {"ended_at": clock.now()})
    await tx.flush()
    here = membership.organization_id
    for table in (ApiKey, RefreshToken):
        alive = (table.user_id == user_id, table.organization_id == here, table.revoked_at.is_(None))
        await tx.execute(update(table).where(*alive).values(revoked_at=clock.now()))
    await accounts_queries.end_sessions(tx, user_id)
    ended = events.MemberEnded(user_id=user_id, role=membership.role, has_left=is_self)
    await audit.record(tx, actor, ended)


async def restore_member(tx: AsyncSession, actor: Actor, user_id: UUID) -> None:
    """Let somebody back in, as what they were."""
    membership = await _hold(tx, user_id)
    refuse(may=permissions.to_give_role(actor, membership.role))
    await join(tx, actor, user_id, Role(membership.role).value, is_auditor=membership.is_auditor)
