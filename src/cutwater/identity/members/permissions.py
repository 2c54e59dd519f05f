"""Who may change whose place."""

from cutwater.identity.core.roles import Role
from cutwater.identity.organizations.permissions import last_owner
from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.grants import Grant
from cutwater.kernel.obstacle import Obstacle


def to_give_role(actor: Actor, role: str) -> list[Obstacle]:
    """Admins manage people; only an owner makes an owner."""
    if role == Role.OWNER:
        return lacking(actor, Grant.ORGANIZATION_OWN, "name an owner")
    return lacking(actor, Grant.PEOPLE_MANAGE, "manage people")


def to_change_role(actor: Actor, was: str, now: str, *, owners: int) -> list[Obstacle]:
    """What stands between a person and another role."""
    found = to_give_role(actor, now)
    if was == Role.OWNER and not found:
        found = lacking(actor, Grant.ORGANIZATION_OWN, "change an owner's role")
    if was == Role.OWNER and now != Role.OWNER and owners <= 1:
        found = [*found, last_owner()]
    return found


def to_end(actor: Actor, role: str, *, is_self: bool, owners: int) -> list[Obstacle]:
    """What stands between a person and the end of their membership; leaving needs no grant."""
    found: list[Obstacle] = []
    if not is_self:
        grant = Grant.ORGANIZATION_OWN if role == Role.OWNER else Grant.PEOPLE_MANAGE
        found = lacking(actor, grant, "deactivate people")
    if role == Role.OWNER and owners <= 1:
        found = [*found, last_owner()]
    return found
