"""What the API takes and gives of keys."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, WithJsonSchema

from cutwater.identity.accounts.schemas import Short
from cutwater.identity.core.roles import KEY_SCOPES, Role
from cutwater.kernel.grants import Grant
from cutwater.kernel.wire import Body, Int, Out


def _for_keys(grant: Grant) -> Grant:
    if grant not in KEY_SCOPES:
        raise ValueError("A key cannot hold this permission.")
    return grant


Scope = Annotated[
    Grant,
    AfterValidator(_for_keys),
    WithJsonSchema({"type": "string", "enum": [grant.value for grant in KEY_SCOPES]}),
]


class ApiKeyRead(Out):
    """A key, without its secret."""

    id: UUID
    name: str
    start: str
    scopes: list[Scope]
    role: Role | None
    user_id: UUID | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class ApiKeyCreated(ApiKeyRead):
    """A new key: the only time its secret is shown."""

    secret: str


class ApiKeyCreate(Body):
    """A key within one's own rights; with a role it belongs to the organization."""

    name: Short
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(KEY_SCOPES))]
    days: Annotated[Int, Field(ge=1, le=3650)] | None = 90
    service_role: Literal["ADMIN", "MANAGER", "MEMBER", "VIEWER"] | None = None
