"""What sprints give to the shell."""

from cutwater.kernel.grants import Grant
from cutwater.sprints.core.coverage import Effect
from cutwater.sprints.core.facts import Category, ImportState, Severity, SprintState
from cutwater.sprints.core.health import Level
from cutwater.web import Command, HomePanel, Look, NavItem

NAV = (
    NavItem(
        section="sprints",
        label="Sprints",
        path="/sprints",
        icon="iteration-cw",
        key="s",
        place=40,
        grant=Grant.SPRINTS_READ,
    ),
)
COMMANDS = (
    Command(title="Import issues from Jira or CSV", path="/sprints/import", grant=Grant.SPRINTS_WRITE),
    Command(title="New issue", path="/issues/new", grant=Grant.ISSUES_WRITE),
    Command(title="New sprint", path="/sprints/new", grant=Grant.SPRINTS_WRITE),
    Command(title="Go to issues", path="/issues", icon="list-checks", grant=Grant.SPRINTS_READ),
)
HOME_PANELS = (HomePanel(path="/sprints/summary", title="Sprints", grant=Grant.SPRINTS_READ, is_half=True),)
TOPICS = {
    "sprint": Grant.SPRINTS_READ,
    "issue": Grant.SPRINTS_READ,
    "import": Grant.SPRINTS_READ,
    "site": Grant.SPRINTS_READ,
}
"""What reads the events about each kind of thing."""
ACTIVITY = ("sprint.", "issue.", "import.")
LOOKS = {
    "sprint": {
        SprintState.PLANNING: Look(word="Planning", icon="circle-dashed"),
        SprintState.ACTIVE: Look(word="Active", icon="circle-play", tone="accent"),
        SprintState.COMPLETED: Look(word="Completed", icon="circle-check", tone="good"),
        SprintState.CANCELLED: Look(word="Cancelled", icon="circle-slash"),
    },
    "issue": {
        Category.TODO: Look(word="To do", icon="circle"),
        Category.IN_PROGRESS: Look(word="In progress", icon="circle-dot", tone="info"),
        Category.DONE: Look(word="Done", icon="circle-check", tone="good"),
        Category.UNKNOWN: Look(word="Unknown", icon="circle"),
    },
    "health": {
        Level.GOOD: Look(word="Good", icon="circle-check", tone="good"),
        Level.WATCH: Look(word="Watch", icon="triangle-alert", tone="warn"),
        Level.BAD: Look(word="Bad", icon="octagon-alert", tone="bad"),
        Level.UNKNOWN: Look(word="Not known", icon="circle-dashed"),
    },
    "coverage": {
        Effect.FINE: Look(word="Complete enough", icon="circle-check", tone="good"),
        Effect.PARTIAL: Look(word="Partial", icon="triangle-alert", tone="warn"),
        Effect.MISLEADING: Look(word="Misleading", icon="octagon-alert", tone="bad"),
    },
    "oddity": {
        Severity.ERROR: Look(word="Error", icon="octagon-alert", tone="bad"),
        Severity.WARNING: Look(word="Warning", icon="triangle-alert", tone="warn"),
        Severity.NOTE: Look(word="Note", icon="circle-alert", tone="info"),
    },
    "import": {
        ImportState.READING: Look(word="Reading", icon="loader-circle", tone="info"),
        ImportState.REVIEW: Look(word="Waits for confirmation", icon="eye", tone="warn"),
        ImportState.APPLYING: Look(word="Applying", icon="loader-circle", tone="info"),
        ImportState.APPLIED: Look(word="Applied", icon="circle-check", tone="good"),
        ImportState.FAILED: Look(word="Failed", icon="circle-x", tone="bad"),
        ImportState.DISCARDED: Look(word="Discarded", icon="circle-slash"),
    },
}
