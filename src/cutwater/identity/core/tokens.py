"""What people and programs present: session tokens, API keys, mailed links, JWT. None is stored as it is."""

import secrets as dice
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import jwt

from cutwater.kernel import crypto
from cutwater.kernel.frozen import frozen

SESSION_LIFETIME = timedelta(days=14)
ACCESS_LIFETIME = timedelta(minutes=30)
INVITATION_LIFETIME = timedelta(days=7)
RESET_LIFETIME = timedelta(hours=1)
CONFIRM_LIFETIME = timedelta(days=3)
KEY_PREFIX = "cw_"
REFRESH_PREFIX = "cwr_"
ISSUER = "cutwater"


def new_session_token() -> str:
    """A session cookie's value."""
    return dice.token_urlsafe(32)


def new_refresh_token() -> str:
    """A refresh token."""
    return REFRESH_PREFIX + dice.token_urlsafe(32)


def new_api_key() -> str:
    """An API key; its start names it in lists."""
    return KEY_PREFIX + dice.token_urlsafe(32)


def new_nonce() -> str:
    """What makes one mailed link differ from the next for the same row."""
    return dice.token_urlsafe(16)


def link_token(secrets: Sequence[str], purpose: str, id: UUID, nonce: str) -> str:
    """The secret part of a mailed link, derived anew whenever it is needed and so stored nowhere."""
    return f"{id.hex}.{crypto.sign(secrets, f'link.{purpose}', f'{id.hex}.{nonce}')}"


def link_id(token: str) -> UUID | None:
    """Which row a link speaks of; None when it was not made by link_token."""
    head, dot, tail = token.partition(".")
    if not dot or len(head) != 32 or len(tail) != 43:
        return None
    try:
        return UUID(hex=head)
    except ValueError:
        return None


def link_is_genuine(secrets: Sequence[str], purpose: str, token: str, nonce: str) -> bool:
    """Whether a link was made by us for this purpose and this nonce, with any current key."""
    head, _, tail = token.partition(".")
    return crypto.verifies(secrets, f"link.{purpose}", f"{head}.{nonce}", tail)


@frozen
class Access:
    """What a valid access token says."""

    user_id: UUID
    organization_id: UUID
    family_id: UUID


def access_token(secrets: Sequence[str], access: Access, now: datetime) -> str:
    """A JWT for one person in one organization, valid for half an hour."""
    claims = {
        "iss": ISSUER,
        "sub": str(access.user_id),
        "org": str(access.organization_id),
        "fam": str(access.family_id),
        "iat": int(now.timestamp()),
        "exp": int((now + ACCESS_LIFETIME).timestamp()),
    }
    return jwt.encode(claims, _key(secrets[0]), algorithm="HS256", headers={"typ": "at+jwt"})


def read_access(secrets: Sequence[str], token: str, now: datetime) -> Access | None:
    """What an access token says; None when it is expired, altered or not one."""
    for secret in secrets:
        try:
            claims = jwt.decode(
                token,
                _key(secret),
                algorithms=["HS256"],
                issuer=ISSUER,
                # the time is ours to check, against the clock that tests can set
                options={"require": ["exp", "iat", "sub"], "verify_exp": False, "verify_iat": False},
            )
            if claims["exp"] <= now.timestamp():
                return None
            return Access(
                user_id=UUID(claims["sub"]),
                organization_id=UUID(claims["org"]),
                family_id=UUID(claims["fam"]),
            )
        except (jwt.InvalidTokenError, KeyError, ValueError, TypeError, AttributeError):
            continue
    return None


def _key(secret: str) -> str:
    return crypto.sign([secret], "jwt", "access")
