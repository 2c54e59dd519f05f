"""How often and when a mail is tried again. Pure."""

from datetime import timedelta

MOST_ATTEMPTS = 30
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
LEASE = timedelta(minutes=5)
"""How long an attempt may take before it counts as lost with the worker that made it."""


def wait_after(attempt: int) -> timedelta | None:
    """How long to wait after this failed attempt, counted from 1: 10 s, 20 s, 40 s … an hour; None: give up.

    Thirty attempts take about a day, so a mail server may be down overnight without anything being lost.
    """
    if attempt >= MOST_ATTEMPTS:
        return None
    doubled: timedelta = FIRST_WAIT * 2 ** (attempt - 1)
    return min(doubled, LONGEST_WAIT)
