"""What releases give to the shell."""

from cutwater.kernel.grants import Grant
from cutwater.releases.core.facts import LABELS, Colour, EnvironmentKind, Priority
from cutwater.releases.core.facts import Status as S
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
        S.PLANNING: Look(word=LABELS[S.PLANNING], icon="circle-dashed"),
        S.IN_DEVELOPMENT: Look(word=LABELS[S.IN_DEVELOPMENT], icon="hammer", tone="info"),
        S.IN_REVIEW: Look(word=LABELS[S.IN_REVIEW], icon="eye", tone="info"),
        S.READY_STAGING: Look(word=LABELS[S.READY_STAGING], icon="circle-arrow-right", tone="violet"),
        S.IN_STAGING: Look(word=LABELS[S.IN_STAGING], icon="flask-conical", tone="violet"),
        S.STAGING_VERIFIED: Look(word=LABELS[S.STAGING_VERIFIED], icon="shield-check", tone="accent"),
        S.READY_PRODUCTION: Look(word=LABELS[S.READY_PRODUCTION], icon="circle-arrow-up", tone="accent"),
        S.DEPLOYED: Look(word=LABELS[S.DEPLOYED], icon="rocket", tone="good"),
        S.CANCELLED: Look(word=LABELS[S.CANCELLED], icon="circle-slash"),
        S.ROLLED_BACK: Look(word=LABELS[S.ROLLED_BACK], icon="undo-2", tone="bad"),
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
    "colour": {
        Colour.BLUE: Look(word="Blue", icon="circle", tone="info"),
        Colour.GREEN: Look(word="Green", icon="circle", tone="good"),
        Colour.AMBER: Look(word="Amber", icon="circle", tone="warn"),
        Colour.RED: Look(word="Red", icon="circle", tone="bad"),
        Colour.VIOLET: Look(word="Violet", icon="circle", tone="violet"),
        Colour.TEAL: Look(word="Teal", icon="circle", tone="accent"),
        Colour.GREY: Look(word="Grey", icon="circle"),
    },
}
