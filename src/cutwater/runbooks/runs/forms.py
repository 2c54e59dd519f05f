"""What the HTML forms of migrations and runs send."""

from datetime import datetime

from cutwater.kernel.wire import Body, Line, Revision, Text
from cutwater.runbooks.core.facts import Communications
from cutwater.runbooks.core.run_machine import RunMove
from cutwater.runbooks.library.forms import Title


class MigrationForm(Body):
    """A migration's title, description and zone."""

    title: Title
    description: Text = ""
    zone: Line = "UTC"
    revision: Revision | None = None


class RunPlanForm(Body):
    """What a pilot decides about a run."""

    version: Line
    type: Line
    planned_start: datetime
    window_end: datetime | None = None
    title: Line = ""
    mode: Line = ""
    communications: Communications | None = None


class RunMoveForm(Body):
    """A run's move."""

    move: RunMove
    revision: Revision | None = None
    note: Text = ""


class RunForm(Body):
    """What can be changed about a run."""

    title: Title
    communications: Communications
    window_end: datetime | None = None
    revision: Revision | None = None
