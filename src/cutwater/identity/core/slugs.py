"""The short names in addresses. Pure."""

import re
import unicodedata
from collections.abc import Collection

PATTERN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
MAX = 40
# Words that would read as a part of the product in `/o/<slug>` or in a mailed link; teams may have them.
RESERVED = frozenset(
    {
        "admin",
        "api",
        "app",
        "assets",
        "auth",
        "cutwater",
        "docs",
        "embed",
        "health",
        "invite",
        "join",
        "login",
        "me",
        "metrics",
        "new",
        "null",
        "o",
        "organizations",
        "public",
        "reset",
        "root",
        "settings",
        "sign-in",
        "sign-out",
        "sign-up",
        "static",
        "status",
        "system",
        "undefined",
        "www",
    }
)
_FOLDED = str.maketrans(
    {"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "đ": "d", "ł": "l", "þ": "th", "&": " and "}
)


def slug_of(name: str, fallback: str = "team") -> str:
    """A name as a slug: `Zürcher Bank & Co` → `zurcher-bank-and-co`."""
    folded = unicodedata.normalize("NFKD", name.lower().translate(_FOLDED))
    words = re.findall(r"[a-z0-9]+", "".join(c for c in folded if not unicodedata.combining(c)))
    return "-".join(words)[:MAX].strip("-") or fallback


def problem(slug: str, *, reserved: Collection[str] = RESERVED) -> str:
    """What is wrong with a slug, as a sentence; empty when nothing is."""
    if not slug:
        return "Give a short name for addresses."
    if len(slug) < 2:
        return "Use at least 2 characters."
    if len(slug) > MAX:
        return f"Use at most {MAX} characters."
    if not PATTERN.fullmatch(slug) or "--" in slug:
        return "Use lower-case letters, digits and single hyphens, such as `north-bank`."
    if slug in reserved:
        return f"`{slug}` is reserved; choose another."
    return ""


def free(slug: str, taken: Collection[str], *, reserved: Collection[str] = RESERVED) -> str:
    """The slug itself, or with the first number that makes it free."""
    number, candidate = 1, slug
    while candidate in taken or candidate in reserved:
        number += 1
        candidate = f"{slug[: MAX - len(str(number)) - 1].rstrip('-')}-{number}"
    return candidate
