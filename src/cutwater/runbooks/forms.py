"""What the HTML forms of runbooks and runs send."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from cutwater.kernel.wire import Body, Line, Revision, Text
from cutwater.runbooks.facts import Communications
from cutwater.runbooks.step_machine import RunMove

Title = Annotated[Line, Field(min_length=1, max_length=200)]


class UploadForm(Body):
    """Beside the file: where the worksheet goes."""

    title: Line = ""
    runbook: Line = ""
    zone: Line = "UTC"


class RunbookForm(Body):
    """A runbook's title and description."""

    title: Title
    description: Text = ""
    revision: Revision | None = None


class MigrationForm(Body):
    """A migration's title, description and zone."""

    title: Title
    description: Text = ""
    zone: Line = "UTC"
    revision: Revision | None = None


class IterationForm(Body):
    """What a pilot decides about an iteration."""

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


class StepMoveForm(Body):
    """A step's move; `note` is the same as `reason`."""

    revision: Revision | None = None
    reason: Text = ""
    note: Text = ""
    override: bool = False
    lets_successors_go: bool = False


class TickForm(Body):
    """An instruction done, or not."""

    is_done: bool


class ReleaseForm(Body):
    """The release a step puts live; empty: none."""

    release: Line = ""
    revision: Revision | None = None


class OwnersForm(Body):
    """Who does a step; ids as text, empty: nobody."""

    team_id: Line = ""
    assignee_id: Line = ""
    deputy_id: Line = ""
    revision: Revision | None = None
