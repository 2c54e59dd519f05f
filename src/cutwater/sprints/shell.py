"""What sprints give to the shell."""

from cutwater.kernel.grants import Grant

TOPICS = {
    "sprint": Grant.SPRINTS_READ,
    "issue": Grant.SPRINTS_READ,
    "import": Grant.SPRINTS_READ,
    "site": Grant.SPRINTS_READ,
}
"""What reads the events about each kind of thing."""
