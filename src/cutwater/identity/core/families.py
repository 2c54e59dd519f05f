"""Refresh tokens rotate inside a family; one that comes back used gives the whole family away. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

from cutwater.kernel.frozen import frozen

LIFETIME = timedelta(days=7)


class Verdict(StrEnum):
    """What a presented refresh token deserves."""

    ROTATE = "rotate"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    REUSED = "reused"


@frozen
class Presented:
    """What is stored of a presented token."""

    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


def verdict(token: Presented | None, now: datetime) -> Verdict:
    """Rotate a fresh token; a used one means that two hold it, and nobody can tell which is the thief."""
    if token is None:
        return Verdict.UNKNOWN
    if token.revoked_at is not None:
        return Verdict.REVOKED
    if token.used_at is not None:
        return Verdict.REUSED
    if token.expires_at <= now:
        return Verdict.EXPIRED
    return Verdict.ROTATE
