"""Where a follower stands: the snapshot up to which it has seen everything, and the cluster it belongs to.

Sequence order is not commit order, so "the last id" would lose what commits late. A token is
`<epoch>-<xmin>:<xmax>:<xip,…>`: PostgreSQL's own snapshot. It comes back from browsers, so it is
checked here before it gets near a query: signed for one organization, so that nobody makes one up.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from cutwater.kernel import crypto

MOST_CHARACTERS = 8000
PURPOSE = "live"
MOST_XID = 2**63 - 1
_TOKEN = re.compile(r"([1-9]\d{0,4})-([1-9]\d{0,18}):([1-9]\d{0,18}):((?:\d{1,19},)*\d{1,19})?")


@dataclass(frozen=True, slots=True)
class Token:
    """A snapshot: everything below `xmin` is seen, nothing from `xmax` on, and not what `running` lists."""

    epoch: int
    xmin: int
    xmax: int
    running: tuple[int, ...] = ()

    @property
    def snapshot(self) -> str:
        """As PostgreSQL's type `pg_snapshot` reads it."""
        return f"{self.xmin}:{self.xmax}:{','.join(map(str, self.running))}"

    def __str__(self) -> str:
        return f"{self.epoch}-{self.snapshot}"

    def sees(self, xid: int) -> bool:
        """Whether a transaction had committed or rolled back when the snapshot was taken."""
        if xid < self.xmin:
            return True
        if xid >= self.xmax:
            return False
        place = bisect_left(self.running, xid)
        return place == len(self.running) or self.running[place] != xid


def parse(text: str) -> Token | None:
    """The token of a text from outside; None when it was not made by us."""
    if len(text) > MOST_CHARACTERS:
        return None
    found = _TOKEN.fullmatch(text)
    if found is None:
        return None
    epoch, xmin, xmax = int(found[1]), int(found[2]), int(found[3])
    running = tuple(map(int, found[4].split(","))) if found[4] else ()
    ascending = all(a < b for a, b in pairwise(running))
    inside = not running or (running[0] >= xmin and running[-1] < xmax)
    possible = all(xid % 2**32 for xid in (xmin, xmax, *running))  # PostgreSQL skips those that end in zeros
    if not (xmin <= xmax <= MOST_XID and ascending and inside and possible):
        return None
    return Token(epoch, xmin, xmax, running)


def signed(token: Token, organization_id: UUID, secrets: Sequence[str]) -> str:
    """The token as it goes out: good in one organization only."""
    return f"{token}.{crypto.sign(secrets, PURPOSE, f'{organization_id} {token}')}"


def read(text: str, organization_id: UUID, secrets: Sequence[str]) -> Token | None:
    """The token of a text from outside; None when we did not sign it for this organization."""
    plain, _, signature = text.rpartition(".")
    if len(text) > MOST_CHARACTERS or not signature.isascii():
        return None
    if not crypto.verifies(secrets, PURPOSE, f"{organization_id} {plain}", signature):
        return None
    return parse(plain)


def resumable(token: Token | None, now: Token) -> Token | None:
    """A token that can be followed on from `now`: of this cluster, and not of a future that was lost."""
    if token is None or token.epoch != now.epoch or token.xmax > now.xmax or token.xmin > now.xmin:
        return None
    return token
