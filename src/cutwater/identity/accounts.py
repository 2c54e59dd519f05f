"""What an e-mail address and a user name must look like, and who may found an organization. Pure."""

import re
from collections.abc import Collection
from zoneinfo import available_timezones

from cutwater.kernel.frozen import frozen
from cutwater.kernel.obstacle import Obstacle

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


@frozen
class SignUpPolicy:
    """Who may found an organization: `open`, `domain` or `superadmin`, as the platform's settings say."""

    mode: str = "open"
    domains: frozenset[str] = frozenset()

    @classmethod
    def of(cls, mode: str, domains: str) -> "SignUpPolicy":
        """From the two settings; domains are separated by commas."""
        listed = (part.strip().lower().removeprefix("@") for part in domains.split(","))
        return cls(mode=mode, domains=frozenset(part for part in listed if part))

    def obstacles(self, *, email: str, is_confirmed: bool, is_superadmin: bool) -> list[Obstacle]:
        """Why this person may not found an organization: everything at once."""
        if is_superadmin or self.mode == "open":
            return []
        if self.mode == "superadmin":
            return [
                Obstacle(
                    code="permission.platform",
                    text="Only the platform's administrators create organizations here.",
                    hint="Ask one of them, or ask for an invitation to an organization.",
                    cleared_by="platform superadmins",
                )
            ]
        found = []
        if email.rpartition("@")[2] not in self.domains:
            listed = ", ".join(sorted(self.domains)) or "no domain yet"
            found.append(
                Obstacle(
                    code="permission.domain",
                    text=f"Organizations are created by people with an address at: {listed}.",
                    hint="Sign in with such an address, or ask for an invitation.",
                    cleared_by="platform superadmins",
                )
            )
        if not is_confirmed:
            found.append(
                Obstacle(
                    code="permission.unconfirmed",
                    text="Your e-mail address is not confirmed yet.",
                    hint="Follow the link in the mail that was sent to it.",
                    cleared_by="you",
                )
            )
        return found

    @property
    def is_inviting_only(self) -> bool:
        """Whether a stranger who signs up can do nothing until somebody invites them."""
        return self.mode == "superadmin"
