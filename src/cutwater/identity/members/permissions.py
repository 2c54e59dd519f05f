"""Who may change whose place. Pure rules over an actor and what is stored."""

from cutwater.identity.accounts.queries import InvitationFacts
from cutwater.identity.core.roles import Role
from cutwater.identity.organizations.permissions import to_leave
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.grants import HELD_BY, Grant
from cutwater.kernel.obstacle import Obstacle


def to_manage(actor: Actor) -> list[Obstacle]:
    """Invite people, change their roles, shut them out."""
    return lacking(actor, Grant.PEOPLE_MANAGE, "manage people")


def to_give_role(actor: Actor, role: str) -> list[Obstacle]:
    """Admins manage people; only an owner makes an owner."""
    if role == Role.OWNER:
        return lacking(actor, Grant.ORGANIZATION_OWN, "name an owner")
    return to_manage(actor)


def to_change_role(actor: Actor, was: str, now: str, *, owners: int) -> list[Obstacle]:
    """What stands between a person and another role."""
    obstacles = to_give_role(actor, now)
    if was == Role.OWNER and not obstacles:
        obstacles = lacking(actor, Grant.ORGANIZATION_OWN, "change an owner's role")
    return obstacles if now == Role.OWNER else [*obstacles, *to_leave(was, owners=owners)]


def to_end(actor: Actor, role: str, *, is_self: bool, owners: int) -> list[Obstacle]:
    """What stands between a person and the end of their membership; leaving needs no grant."""
    obstacles: list[Obstacle] = []
    if not is_self:
        grant = Grant.ORGANIZATION_OWN if role == Role.OWNER else Grant.PEOPLE_MANAGE
        obstacles = lacking(actor, grant, "deactivate people")
    return [*obstacles, *to_leave(role, owners=owners)]


def to_accept(facts: InvitationFacts, email: str) -> list[Obstacle]:
    """Why this invitation cannot be accepted by the owner of this address (empty: by somebody new)."""
    again = "Ask for a new invitation."
    obstacles = []
    if facts.accepted_at is not None:
        obstacles.append(
            Obstacle(code="invitation.used", text="This invitation was used already.", hint=again)
        )
    if facts.revoked_at is not None:
        obstacles.append(
            Obstacle(code="invitation.revoked", text="This invitation was withdrawn.", hint=again)
        )
    if facts.expires_at <= clock.now():
        obstacles.append(Obstacle(code="invitation.expired", text="This invitation is too old.", hint=again))
    if email and email != facts.email:
        text = f"This invitation is for {facts.email}; you are signed in as {email}."
        hint = f"Sign out, and sign in as {facts.email}; or ask for an invitation to your own address."
        who = HELD_BY[Grant.PEOPLE_MANAGE]
        obstacles.append(Obstacle(code="permission.email", text=text, hint=hint, cleared_by=who))
    return obstacles


def to_revoke_invitation(actor: Actor) -> list[Obstacle]:
    """Withdraw what was mailed."""
    return lacking(actor, Grant.PEOPLE_MANAGE, "manage invitations")
