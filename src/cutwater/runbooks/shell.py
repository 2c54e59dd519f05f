"""What runbooks give to the shell."""

from cutwater.kernel.grants import Grant

TOPICS = {
    "runbook": Grant.RUNBOOKS_READ,
    "migration": Grant.RUNS_READ,
    "run": Grant.RUNS_READ,
    "step": Grant.RUNS_READ,
}
"""What reads the events about each kind of thing."""
