"""Who may change whose place. Pure rules over an actor and what is stored."""

from collections.abc import Collection, Iterable

from cutwater.identity.roles import KEY_SCOPES, Role
from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.grants import HELD_BY, Grant
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


def last_owner() -> Obstacle:
    """An organization without an owner could never be handed on."""
    return Obstacle(
        code="owner.last",
        text="This is the organization's last owner.",
        hint="Make somebody else an owner first.",
        cleared_by=HELD_BY[Grant.ORGANIZATION_OWN],
    )


def to_make_key(actor: Actor, scopes: Iterable[str], *, is_service: bool) -> list[Obstacle]:
    """Keys within own rights; service keys by admins; a key makes no keys."""
    grant = Grant.ORGANIZATION_CONFIGURE if is_service else Grant.RELEASES_WRITE
    found = lacking(actor, grant, "make service keys" if is_service else "make API keys")
    if actor.kind == "api_key":
        found = [*found, signed_in_person("make API keys")]
    beyond = sorted(scope for scope in scopes if scope not in allowed_scopes(actor))
    if beyond and not found:
        found = [
            Obstacle(
                code="permission.scope",
                text=f"A key cannot do more than you may: {', '.join(beyond)}.",
                hint="Leave these scopes out.",
                cleared_by=HELD_BY[Grant.PEOPLE_MANAGE],
            )
        ]
    return found


def signed_in_person(doing: str) -> Obstacle:
    """What only a person does who signed in, never a key."""
    return Obstacle(
        code="permission.person",
        text=f"An API key cannot {doing}.",
        hint="Sign in, or use an access token of a person.",
        cleared_by="the person themselves",
    )


def allowed_scopes(actor: Actor) -> Collection[str]:
    """The scopes this actor's own grants cover."""
    return [scope.value for scope in KEY_SCOPES if actor.may(scope)]
