"""What releases give to the shell."""

from cutwater.kernel.grants import Grant
from cutwater.releases.facts import EnvironmentKind, Priority, Status
from cutwater.web import Command, HomePanel, Look, NavItem

NAV = (
    NavItem(
        section="releases",
        label="Releases",
        path="/releases",
        icon="rocket",
        key="l",
        place=30,
        grant=Grant.RELEASES_READ,
    ),
)
COMMANDS = (
    Command(title="New release", path="/releases/new", grant=Grant.RELEASES_WRITE),
    Command(title="Add a service", path="/services/new", grant=Grant.SERVICES_WRITE),
    Command(title="Go to services", path="/services", icon="server", grant=Grant.RELEASES_READ),
    Command(title="Go to freezes", path="/freezes", icon="lock", grant=Grant.RELEASES_READ),
)
HOME_PANELS = (
    HomePanel(path="/releases/summary", title="Releases and what waits for you", grant=Grant.RELEASES_READ),
)
TOPICS = {
    "release": Grant.RELEASES_READ,
    "service": Grant.RELEASES_READ,
    "environment": Grant.RELEASES_READ,
    "freeze": Grant.RELEASES_READ,
    "requirement": Grant.RELEASES_READ,
}
"""What reads the events about each kind of thing."""
ACTIVITY = ("release.", "service.", "environment.", "freeze.", "requirement.")
LOOKS = {
    "release": {
        Status.PLANNING: Look(word="Planning", icon="circle-dashed"),
        Status.IN_DEVELOPMENT: Look(word="In development", icon="hammer", tone="info"),
        Status.IN_REVIEW: Look(word="In review", icon="eye", tone="info"),
        Status.READY_STAGING: Look(word="Ready for staging", icon="circle-arrow-right", tone="violet"),
        Status.IN_STAGING: Look(word="In staging", icon="flask-conical", tone="violet"),
        Status.STAGING_VERIFIED: Look(word="Staging verified", icon="shield-check", tone="accent"),
        Status.READY_PRODUCTION: Look(word="Ready for production", icon="circle-arrow-up", tone="accent"),
        Status.DEPLOYED: Look(word="Deployed", icon="rocket", tone="good"),
        Status.CANCELLED: Look(word="Cancelled", icon="circle-slash"),
        Status.ROLLED_BACK: Look(word="Rolled back", icon="undo-2", tone="bad"),
    },
    "priority": {
        Priority.LOW: Look(word="Low", icon="signal-low"),
        Priority.MEDIUM: Look(word="Medium", icon="signal-medium"),
        Priority.HIGH: Look(word="High", icon="signal-high", tone="warn"),
        Priority.CRITICAL: Look(word="Critical", icon="triangle-alert", tone="bad"),
    },
    "environment": {
        EnvironmentKind.DEVELOPMENT: Look(word="Development", icon="hammer"),
        EnvironmentKind.STAGING: Look(word="Staging", icon="flask-conical", tone="violet"),
        EnvironmentKind.PRODUCTION: Look(word="Production", icon="rocket", tone="accent"),
    },
}
