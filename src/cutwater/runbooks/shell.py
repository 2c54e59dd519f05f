"""What runbooks and runs give to the shell."""

from cutwater.kernel.grants import Grant
from cutwater.runbooks.core.facts import VersionState
from cutwater.runbooks.core.run_machine import RunState
from cutwater.runbooks.core.step_machine import StepState
from cutwater.runbooks.sheet.views.live import live_frame
from cutwater.web import Command, HomePanel, Look, NavItem

NAV = (
    NavItem(
        section="runs",
        label="Runs",
        path="/runs",
        icon="list-checks",
        key="r",
        place=20,
        grant=Grant.RUNS_READ,
    ),
)
COMMANDS = (
    Command(title="Import a runbook worksheet", path="/runbooks/import", grant=Grant.RUNBOOKS_WRITE),
    Command(title="New migration", path="/migrations/new", grant=Grant.RUNS_PLAN),
    Command(title="Go to runbooks", path="/runbooks", icon="list-checks", grant=Grant.RUNBOOKS_READ),
)
HOME_PANELS = (HomePanel(path="/runs/summary", title="Runs and your steps", grant=Grant.RUNS_READ),)
TOPICS = {
    "runbook": Grant.RUNBOOKS_READ,
    "migration": Grant.RUNS_READ,
    "run": Grant.RUNS_READ,
    "step": Grant.RUNS_READ,
}
"""What reads the events about each kind of thing."""
ACTIVITY = (
    "runbook.",
    "migration.",
    "run.",
    "step.moved",
    "step.assigned",
    "step.release_deployed",
    "step.release_refused",
)
LIVE_VIEWS = {"run": live_frame}
LOOKS = {
    "step": {
        StepState.PENDING: Look(word="Pending", icon="circle-dashed"),
        StepState.READY: Look(word="Ready", icon="circle-play", tone="accent"),
        StepState.IN_PROGRESS: Look(word="In progress", icon="loader-circle", tone="info"),
        StepState.COMPLETED: Look(word="Completed", icon="circle-check", tone="good"),
        StepState.FAILED: Look(word="Failed", icon="circle-x", tone="bad"),
        StepState.BLOCKED: Look(word="Blocked", icon="octagon-alert", tone="bad"),
        StepState.ON_HOLD: Look(word="On hold", icon="circle-pause", tone="warn"),
        StepState.SKIPPED: Look(word="Skipped", icon="circle-slash"),
        StepState.CANCELLED: Look(word="Cancelled", icon="circle-slash"),
    },
    "run": {
        RunState.PLANNED: Look(word="Planned", icon="calendar"),
        RunState.RUNNING: Look(word="Running", icon="radio", tone="bad"),
        RunState.PAUSED: Look(word="Paused", icon="circle-pause", tone="warn"),
        RunState.COMPLETED: Look(word="Completed", icon="circle-check", tone="good"),
        RunState.ABORTED: Look(word="Aborted", icon="circle-x", tone="bad"),
    },
    "version": {
        VersionState.DRAFT: Look(word="Draft", icon="pencil", tone="warn"),
        VersionState.PUBLISHED: Look(word="Published", icon="circle-check", tone="good"),
    },
}
