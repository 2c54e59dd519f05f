"""What the API takes and gives of tokens and sessions."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from cutwater.identity.accounts.schemas import Secret, Slug
from cutwater.kernel.wire import Body, Line, Out


class TokenRequest(Body):
    """A person's sign-in to the API, for one organization."""

    login: Annotated[Line, Field(min_length=1, description="E-mail or user name.")]
    password: Secret
    organization: Slug = ""


class RefreshRequest(Body):
    """The refresh token that was given last."""

    refresh_token: Annotated[Line, Field(min_length=1, max_length=200)]


class TokenPair(Out):
    """Bearer tokens: access for half an hour, refresh for seven days and once."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    expires_in: int
    refresh_token: str
    organization: str


class SessionRead(Out):
    """A place where one is signed in: a browser, or a program with tokens."""

    id: UUID
    kind: Literal["browser", "api"]
    browser: str
    address: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    is_current: bool
