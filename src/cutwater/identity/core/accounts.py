"""What an e-mail address, a user name and a time zone must look like."""

import re
from collections.abc import Collection
from zoneinfo import available_timezones

_EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}"
)
_USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?")
ZONES = frozenset(available_timezones())


def tidy_email(email: str) -> str:
    """The one form an address is kept and compared in."""
    return email.strip().lower()


def email_problem(email: str) -> str:
    """What is wrong with a tidy address; empty when nothing is."""
    local = email.split("@")[0]
    dots = local.startswith(".") or local.endswith(".") or ".." in local
    if len(email) > 254 or dots or not _EMAIL.fullmatch(email):
        return "Give an e-mail address such as ada@example.com."
    return ""


def username_problem(username: str) -> str:
    """What is wrong with a user name; empty when nothing is."""
    if len(username) < 2 or not _USERNAME.fullmatch(username):
        return "Use 2 to 40 lower-case letters, digits, dots, hyphens or underscores."
    return ""


def username_of(email: str) -> str:
    """A user name to begin with."""
    letters = re.sub(r"[^a-z0-9._-]+", "", email.split("@")[0].lower()).strip("._-")[:36]
    return letters if len(letters) >= 2 else f"user-{letters or 'x'}"


def free_username(wanted: str, taken: Collection[str]) -> str:
    """The wanted user name, or with the first number that makes it free."""
    number, candidate = 1, wanted
    while candidate in taken:
        number += 1
        candidate = f"{wanted}{number}"
    return candidate


def zone_problem(zone: str) -> str:
    """What is wrong with a time zone; empty when nothing is."""
    return "" if zone in ZONES else "Choose a time zone such as Europe/Zurich."
