"""What releases give to the shell."""

from cutwater.kernel.grants import Grant

TOPICS = {
    "release": Grant.RELEASES_READ,
    "service": Grant.RELEASES_READ,
    "environment": Grant.RELEASES_READ,
    "freeze": Grant.RELEASES_READ,
    "requirement": Grant.RELEASES_READ,
}
"""What reads the events about each kind of thing."""
