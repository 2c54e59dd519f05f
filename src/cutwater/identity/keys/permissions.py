"""Who may make which key."""

from collections.abc import Collection, Iterable

from cutwater.identity.accounts.permissions import signed_in_person
from cutwater.identity.core.roles import KEY_SCOPES
from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.grants import HELD_BY, Grant
from cutwater.kernel.obstacle import Obstacle


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


def allowed_scopes(actor: Actor) -> Collection[str]:
    """The scopes this actor's own grants cover."""
    return [scope.value for scope in KEY_SCOPES if actor.may(scope)]
