"""Who may found an organization."""

from cutwater.kernel.frozen import frozen
from cutwater.kernel.obstacle import Obstacle


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
        obstacles = []
        if email.rpartition("@")[2] not in self.domains:
            listed = ", ".join(sorted(self.domains)) or "no domain yet"
            obstacles.append(
                Obstacle(
                    code="permission.domain",
                    text=f"Organizations are created by people with an address at: {listed}.",
                    hint="Sign in with such an address, or ask for an invitation.",
                    cleared_by="platform superadmins",
                )
            )
        if not is_confirmed:
            obstacles.append(
                Obstacle(
                    code="permission.unconfirmed",
                    text="Your e-mail address is not confirmed yet.",
                    hint="Follow the link in the mail that was sent to it.",
                    cleared_by="you",
                )
            )
        return obstacles

    @property
    def is_inviting_only(self) -> bool:
        """Whether a stranger who signs up can do nothing until somebody invites them."""
        return self.mode == "superadmin"
