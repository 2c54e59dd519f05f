"""Tokens: a password for a pair, a refresh token for the next pair, and the end of both."""

from fastapi import APIRouter, Request

from cutwater.identity.core.lockout import OFFICE
from cutwater.identity.core.tokens import ACCESS_LIFETIME
from cutwater.identity.sessions.schemas import RefreshRequest, TokenPair, TokenRequest
from cutwater.identity.sessions.service import tokens
from cutwater.kernel.db import database_of
from cutwater.kernel.envelope import Item, item
from cutwater.kernel.requests import settings_of, slow_down

platform = APIRouter(tags=["auth"], prefix="/auth")


def _given(pair: tokens.Pair) -> TokenPair:
    return TokenPair(
        access_token=pair.access_token,
        expires_in=int(ACCESS_LIFETIME.total_seconds()),
        refresh_token=pair.refresh_token,
        organization=pair.organization,
    )


@platform.post("/token", response_model=Item[TokenPair])
async def token(request: Request, body: TokenRequest) -> dict[str, object]:
    """Sign in to one organization: an access token for half an hour, a refresh token for seven days."""
    await slow_down(request, "token", per_minute=OFFICE)
    secrets = settings_of(request).secrets
    pair = await tokens.issue_tokens(
        database_of(request), secrets, body.login, body.password, body.organization
    )
    return item(_given(pair), request)


@platform.post("/refresh", response_model=Item[TokenPair])
async def refresh(request: Request, body: RefreshRequest) -> dict[str, object]:
    """The next pair. A refresh token works once: a second use ends every token of that sign-in."""
    await slow_down(request, "refresh", per_minute=60)
    pair = await tokens.refresh_tokens(database_of(request), settings_of(request).secrets, body.refresh_token)
    return item(_given(pair), request)


@platform.post("/revoke", status_code=204)
async def revoke(request: Request, body: RefreshRequest) -> None:
    """End every token of the sign-in this refresh token belongs to. Unknown tokens are no error."""
    await slow_down(request, "revoke", per_minute=60)
    await tokens.revoke_token(database_of(request), body.refresh_token)
