"""API keys: shown once, kept as a fingerprint, never stronger than who made them."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.identity.core import tokens
from cutwater.identity.core.roles import KEY_SCOPES, Role
from cutwater.identity.keys import events, permissions, queries
from cutwater.identity.keys.models import ApiKey
from cutwater.kernel import clock, crypto
from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.errors import Invalid, refuse_if
from cutwater.kernel.grants import Grant
from cutwater.kernel.ids import new_id


async def create_api_key(
    tx: AsyncSession,
    actor: Actor,
    name: str,
    scopes: Iterable[str],
    *,
    days: int | None = 90,
    service_role: str | None = None,
) -> tuple[ApiKey, str]:
    """A key and its secret, which nobody can see again. With a role it belongs to the organization."""
    wanted = [scope.value for scope in KEY_SCOPES if scope.value in set(scopes)]
    refuse_if(permissions.to_make_key(actor, wanted, is_service=service_role is not None))
    name = name.strip()
    wrong = {
        "name": "" if 1 <= len(name) <= 120 else "Give a name of at most 120 characters.",
        "scopes": "" if wanted else "Choose at least one.",
        "service_role": "A service key cannot be an owner." if service_role == Role.OWNER else "",
    }
    if any(wrong.values()):
        raise Invalid({field: text for field, text in wrong.items() if text})
    secret = tokens.new_api_key()
    key = ApiKey(
        id=new_id(),
        user_id=None if service_role else actor.user_id,
        role=Role(service_role).value if service_role else None,
        name=name,
        start=secret[:8],
        key_hash=crypto.fingerprint(secret),
        scopes=wanted,
        created_by=actor.user_id,
        expires_at=clock.now() + timedelta(days=days) if days else None,
    )
    tx.add(key)
    said = events.ApiKeyCreated(api_key_id=key.id, scopes=tuple(wanted), is_service=service_role is not None)
    await audit.record(tx, actor, said)
    return key, secret


async def revoke_api_key(tx: AsyncSession, actor: Actor, id: UUID) -> None:
    """End a key: one's own, or as an admin anybody's."""
    key = await queries.api_key_for_update(tx, id)
    if key.user_id is None or key.user_id != actor.user_id:
        refuse_if(lacking(actor, Grant.ORGANIZATION_CONFIGURE, "revoke other people's keys"))
    key.revoked_at = clock.now()
    await audit.record(tx, actor, events.ApiKeyRevoked(api_key_id=key.id))
