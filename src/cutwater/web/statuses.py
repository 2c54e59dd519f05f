"""How every status looks: its word, its icon and its tone. Never colour alone."""

from enum import Enum

from cutwater.kernel.frozen import frozen
from cutwater.web import times

TONES = ("neutral", "accent", "good", "warn", "bad", "info", "violet")


@frozen
class Look:
    """A word for people, a Lucide icon, and one of `TONES`."""

    word: str
    icon: str
    tone: str = "neutral"


def _looks(*rows: tuple[str, str, str, str]) -> dict[str, Look]:
    return {value: Look(word=word, icon=icon, tone=tone) for value, word, icon, tone in rows}


LOOKS: dict[str, dict[str, Look]] = {
    "release": _looks(
        ("PLANNING", "Planning", "circle-dashed", "neutral"),
        ("IN_DEVELOPMENT", "In development", "hammer", "info"),
        ("IN_REVIEW", "In review", "eye", "info"),
        ("READY_STAGING", "Ready for staging", "circle-arrow-right", "violet"),
        ("IN_STAGING", "In staging", "flask-conical", "violet"),
        ("STAGING_VERIFIED", "Staging verified", "shield-check", "accent"),
        ("READY_PRODUCTION", "Ready for production", "circle-arrow-up", "accent"),
        ("DEPLOYED", "Deployed", "rocket", "good"),
        ("CANCELLED", "Cancelled", "circle-slash", "neutral"),
        ("ROLLED_BACK", "Rolled back", "undo-2", "bad"),
    ),
    "step": _looks(
        ("PENDING", "Pending", "circle-dashed", "neutral"),
        ("READY", "Ready", "circle-play", "accent"),
        ("IN_PROGRESS", "In progress", "loader-circle", "info"),
        ("COMPLETED", "Completed", "circle-check", "good"),
        ("FAILED", "Failed", "circle-x", "bad"),
        ("BLOCKED", "Blocked", "octagon-alert", "bad"),
        ("ON_HOLD", "On hold", "circle-pause", "warn"),
        ("SKIPPED", "Skipped", "circle-slash", "neutral"),
        ("CANCELLED", "Cancelled", "circle-slash", "neutral"),
        ("REOPENED", "Reopened", "rotate-ccw", "warn"),
    ),
    "run": _looks(
        ("DRAFT", "Draft", "pencil", "neutral"),
        ("PLANNED", "Planned", "calendar", "neutral"),
        ("PENDING", "Not started", "circle-dashed", "neutral"),
        ("READY", "Ready", "circle-play", "accent"),
        ("RUNNING", "Running", "radio", "bad"),
        ("IN_PROGRESS", "In progress", "radio", "info"),
        ("PAUSED", "Paused", "circle-pause", "warn"),
        ("ON_HOLD", "On hold", "circle-pause", "warn"),
        ("COMPLETED", "Completed", "circle-check", "good"),
        ("FINISHED", "Finished", "circle-check", "good"),
        ("FAILED", "Failed", "circle-x", "bad"),
        ("ABORTED", "Aborted", "circle-x", "bad"),
        ("CANCELLED", "Cancelled", "circle-slash", "neutral"),
    ),
    "sprint": _looks(
        ("PLANNING", "Planning", "circle-dashed", "neutral"),
        ("ACTIVE", "Active", "circle-play", "accent"),
        ("COMPLETED", "Completed", "circle-check", "good"),
        ("CANCELLED", "Cancelled", "circle-slash", "neutral"),
    ),
    "issue": _looks(
        ("todo", "To do", "circle", "neutral"),
        ("new", "To do", "circle", "neutral"),
        ("indeterminate", "In progress", "circle-dot", "info"),
        ("in_progress", "In progress", "circle-dot", "info"),
        ("done", "Done", "circle-check", "good"),
    ),
    "priority": _looks(
        ("LOW", "Low", "signal-low", "neutral"),
        ("MEDIUM", "Medium", "signal-medium", "neutral"),
        ("HIGH", "High", "signal-high", "warn"),
        ("CRITICAL", "Critical", "triangle-alert", "bad"),
    ),
    "work": _looks(
        ("WAITING", "Waiting", "circle-dashed", "neutral"),
        ("QUEUED", "Queued", "circle-dashed", "neutral"),
        ("RUNNING", "Running", "loader-circle", "info"),
        ("DONE", "Done", "circle-check", "good"),
        ("FAILED", "Failed", "circle-x", "bad"),
        ("SENT", "Sent", "circle-check", "good"),
        ("DELIVERED", "Delivered", "circle-check", "good"),
        ("RETRYING", "Retrying", "rotate-ccw", "warn"),
        ("DEAD", "Given up", "circle-x", "bad"),
        ("KEPT", "Kept", "mailbox", "neutral"),
    ),
    "import": _looks(
        ("READING", "Reading", "loader-circle", "info"),
        ("REVIEW", "Waits for confirmation", "eye", "warn"),
        ("APPLYING", "Applying", "loader-circle", "info"),
        ("APPLIED", "Applied", "circle-check", "good"),
        ("FAILED", "Failed", "circle-x", "bad"),
        ("DISCARDED", "Discarded", "circle-slash", "neutral"),
    ),
    "environment": _looks(
        ("development", "Development", "hammer", "neutral"),
        ("staging", "Staging", "flask-conical", "violet"),
        ("production", "Production", "rocket", "accent"),
    ),
    "role": _looks(
        ("OWNER", "Owner", "crown", "violet"),
        ("ADMIN", "Admin", "shield-check", "violet"),
        ("MANAGER", "Manager", "compass", "accent"),
        ("MEMBER", "Member", "user", "neutral"),
        ("VIEWER", "Viewer", "eye", "neutral"),
    ),
    "template": _looks(
        ("DRAFT", "Draft", "pencil", "warn"),
        ("PUBLISHED", "Published", "circle-check", "good"),
        ("ARCHIVED", "Archived", "archive", "neutral"),
    ),
}


def look(kind: str, value: object) -> Look:
    """The look of a status; one that nobody described gets its own words and a plain circle."""
    text = str(value.value if isinstance(value, Enum) else value)
    known = LOOKS.get(kind, {})
    found = known.get(text) or known.get(text.upper()) or known.get(text.lower())
    return found or Look(word=times.word(text), icon="circle")


def said(kind: str, field: str, value: object) -> str:
    """A value from a change of a thing, in the words people see elsewhere: `IN_REVIEW` → `In review`."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value) or "–"
    known = LOOKS.get(kind if field in ("status", "state") else field, {})
    return known[str(value)].word if str(value) in known else str(value)
