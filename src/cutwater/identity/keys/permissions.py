"""Who may make, see and revoke which key."""

from collections.abc import Iterable
from uuid import UUID

from cutwater.identity.accounts.permissions import signed_in_person
from cutwater.identity.core.roles import KEY_SCOPES
from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.grants import HELD_BY, Grant
from cutwater.kernel.obstacle import Obstacle


def to_make_key(actor: Actor, scopes: Iterable[str], *, is_service: bool) -> list[Obstacle]:
    """Keys within own rights; service keys by admins; a key makes no keys."""
    grant = Grant.ORGANIZATION_CONFIGURE if is_service else Grant.RELEASES_WRITE
    obstacles = lacking(actor, grant, "make service keys" if is_service else "make API keys")
    if actor.kind == "api_key":
        obstacles = [*obstacles, signed_in_person("make API keys")]
    beyond = sorted(set(scopes).difference(allowed_scopes(actor)))
    if beyond and not obstacles:
        obstacles = [
            Obstacle(
                code="permission.scope",
                text=f"A key cannot do more than you may: {', '.join(beyond)}.",
                hint="Leave these scopes out.",
                cleared_by=HELD_BY[Grant.PEOPLE_MANAGE],
            )
        ]
    return obstacles


def to_see_all_keys(actor: Actor) -> list[Obstacle]:
    """Everybody sees their own keys, admins all of the organization."""
    return lacking(actor, Grant.ORGANIZATION_CONFIGURE, "see other people's keys")


def to_revoke_key(actor: Actor, holder_id: UUID | None) -> list[Obstacle]:
    """One's own, or as an admin anybody's."""
    if holder_id is not None and holder_id == actor.user_id:
        return []
    return lacking(actor, Grant.ORGANIZATION_CONFIGURE, "revoke other people's keys")


def allowed_scopes(actor: Actor) -> list[str]:
    """The scopes this actor's own grants cover."""
    return [scope.value for scope in KEY_SCOPES if actor.may(scope)]
