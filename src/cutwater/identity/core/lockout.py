"""How long a sign-in stays shut after wrong passwords. Pure: the failures and the time are arguments."""

from collections.abc import Sequence
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=30)
# (this many failures within the window, shut for this long after the last one)
STEPS: tuple[tuple[int, timedelta], ...] = (
    (20, timedelta(minutes=30)),
    (10, timedelta(minutes=10)),
    (5, timedelta(minutes=1)),
)


def locked_until(failures: Sequence[datetime], now: datetime) -> datetime | None:
    """When the next attempt is looked at, or None when it may be made now.

    The same for names that nobody has: the answer must not say whether an account exists.
    """
    recent = sorted(at for at in failures if now - WINDOW < at <= now)
    for count, shut_for in STEPS:
        if len(recent) >= count:
            until = recent[-1] + shut_for
            return until if until > now else None
    return None


def seconds_left(until: datetime, now: datetime) -> int:
    """Whole seconds to wait, at least one."""
    return max(1, -(-int((until - now).total_seconds() * 1000) // 1000))


OFFICE = 120  # sign-ins a minute: a whole office shares an address; one name is locked after a few
