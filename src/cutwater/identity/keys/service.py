"""API keys: shown once, kept as a fingerprint, never stronger than who made them."""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.identity.accounts.queries import HERE
from cutwater.identity.core import tokens
from cutwater.identity.core.roles import KEY_SCOPES, Role
from cutwater.identity.keys import events, permissions
from cutwater.identity.keys.models import ApiKey
from cutwater.kernel import clock, crypto
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Invalid, refuse
from cutwater.kernel.ids import new_id
from cutwater.kernel.keyed import held


class NewKey(NamedTuple):
    """A key that was just made; nobody can see its secret again."""

    id: UUID
    secret: str


async def create_api_key(
    tx: AsyncSession,
    actor: Actor,
    name: str,
    scopes: Iterable[str],
    *,
    days: int | None = 90,
    service_role: str | None = None,
) -> NewKey:
    """Make a key within one's own rights. With a role it belongs to the organization."""
    given, is_service = set(scopes), service_role is not None
    wanted = [scope.value for scope in KEY_SCOPES if scope.value in given]
    refuse(may=permissions.to_make_key(actor, wanted, is_service=is_service))
    name = name.strip()
    problems = {
        "name": "" if 1 <= len(name) <= 120 else "Give a name of at most 120 characters.",
        "scopes": "" if wanted else "Choose at least one.",
        "service_role": "A service key cannot be an owner." if service_role == Role.OWNER else "",
    }
    if any(problems.values()):
        raise Invalid({field: text for field, text in problems.items() if text})
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
    created = events.ApiKeyCreated(api_key_id=key.id, scopes=tuple(wanted), is_service=is_service)
    await audit.record(tx, actor, created)
    return NewKey(key.id, secret)


async def revoke_api_key(tx: AsyncSession, actor: Actor, id: UUID) -> None:
    """End a key: one's own, or as an admin anybody's."""
    key = await held(
        tx, ApiKey, id, ApiKey.organization_id == HERE, ApiKey.revoked_at.is_(None), what="This key"
    )
    refuse(may=permissions.to_revoke_key(actor, key.user_id))
    key.revoked_at = clock.now()
    await audit.record(tx, actor, events.ApiKeyRevoked(api_key_id=key.id))
