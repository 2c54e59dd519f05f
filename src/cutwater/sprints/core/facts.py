"""The words of sprints: states, stages, kinds and roles, each as an enum or a table."""

from enum import StrEnum


class Category(StrEnum):
    """The three stages every status belongs to, and the honest fourth: the source did not say."""

    TODO = "TODO"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"
    UNKNOWN = "UNKNOWN"


class SprintState(StrEnum):
    """A sprint's life; Jira's future, active and closed are the first three."""

    PLANNING = "PLANNING"
    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


class Severity(StrEnum):
    """How much an oddity matters: an error stops the import, a warning and a note are kept and shown."""

    ERROR = "ERROR"
    WARNING = "WARNING"
    NOTE = "NOTE"


class Content(StrEnum):
    """What a file was recognised to hold."""

    ISSUES = "issues"
    CHANGES = "changes"
    SPRINTS = "sprints"
    STATUSES = "statuses"
    ISSUE_TYPES = "issue types"
    PROJECTS = "projects"
    PRIORITIES = "priorities"
    BOARDS = "boards"
    BOARD_CONFIGURATIONS = "board configurations"
    FIELDS = "fields"
    REMOTE_LINKS = "remote links"
    WORKLOGS = "worklogs"
    TRANSITIONS = "transitions"
    UNKNOWN = "not recognised"


class SiteKind(StrEnum):
    """Where issues come from: made here, read from files, or a Jira of either kind."""

    NATIVE = "NATIVE"
    FILES = "FILES"
    JIRA_CLOUD = "JIRA_CLOUD"
    JIRA_SERVER = "JIRA_SERVER"


class ImportState(StrEnum):
    """An import's way: read, shown for confirmation, applied as one; or failed with nothing applied."""

    READING = "READING"
    REVIEW = "REVIEW"
    APPLYING = "APPLYING"
    APPLIED = "APPLIED"
    FAILED = "FAILED"
    DISCARDED = "DISCARDED"


class Origin(StrEnum):
    """Why an issue is in a sprint: its sprint field says so, or a person put it there."""

    FIELD = "FIELD"
    CHOSEN = "CHOSEN"


class Role(StrEnum):
    """What a mapped field is used for."""

    DISCIPLINE = "discipline"
    POINTS = "points"
    OWNER = "owner"
    SPRINT = "sprint"
    FLAGGED = "flagged"


ROLE_NAMES = {
    Role.DISCIPLINE: ("Discipline team", "Which team an issue belongs to; usually a select field."),
    Role.POINTS: ("Story points", "The estimate, a number."),
    Role.OWNER: ("Stakeholder", "Who asked for it; without one the reporter stands in."),
    Role.SPRINT: ("Sprint", "Which sprints an issue is and was in."),
    Role.FLAGGED: ("Flagged", "Marks an issue as blocked."),
}

ROLES = tuple(role.value for role in Role)

STATUSES = {
    "To do": Category.TODO,
    "In progress": Category.IN_PROGRESS,
    "In review": Category.IN_PROGRESS,
    "Done": Category.DONE,
}
TYPES = ("Task", "Story", "Bug", "Epic", "Improvement")
PRIORITIES = ("Blocker", "Critical", "Major", "Minor", "Trivial")
