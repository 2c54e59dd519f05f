"""The short names of services and environments in addresses and in the query box."""

import re
import unicodedata

PATTERN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST = 40


def slug_of(name: str) -> str:
    """A name as a slug: `Zürich Payments` → `zurich-payments`; empty when no letter or digit is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:LONGEST].strip("-")


def problem(slug: str) -> str:
    """What is wrong with a slug, as a sentence; empty when nothing is."""
    if not slug:
        return "Give a short name with letters or digits."
    if len(slug) > LONGEST:
        return f"Use at most {LONGEST} characters."
    if not PATTERN.fullmatch(slug) or slug == "new":
        return "Use lower-case letters, digits and single hyphens, such as `core-banking`."
    return ""
