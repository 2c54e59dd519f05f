"""The three rules every sprint figure stands on: what is done, what is blocked, what is counted."""

from collections.abc import Iterable
from decimal import Decimal

from cutwater.sprints.core.facts import Category


def is_done(category: str) -> bool:
    """Done means the status is of category done; the name of the status does not matter."""
    return category == Category.DONE


def is_blocked(*, is_flagged: bool, category: str, blockers: Iterable[str]) -> bool:
    """Flagged, or an inward "is blocked by" whose other issue is known to be open; done work is not."""
    if is_done(category):
        return False
    return is_flagged or any(blocker in (Category.TODO, Category.IN_PROGRESS) for blocker in blockers)


def counted_points(points: Decimal | None) -> Decimal | None:
    """The points that count: an estimate of zero does, a negative one (often "-1 = don't know") does not."""
    return points if points is not None and points >= 0 else None


def stakeholder(owner: str | None, reporter: str | None) -> tuple[str, str]:
    """Who asked for it and how we know: the Owner field, else the Reporter, else nobody."""
    if owner:
        return owner, "Owner"
    return (reporter, "Reporter") if reporter else ("", "")
