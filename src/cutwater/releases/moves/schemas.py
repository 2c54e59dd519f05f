"""What the API takes and gives for moves and explanations."""

from datetime import datetime

from pydantic import Field

from cutwater.kernel.wire import Body, Out, Revision, Text
from cutwater.releases.core.facts import Status
from cutwater.releases.core.lifecycle import Manner


class MoveRequest(Body):
    """Where to move a release. `manner` other than PLAIN needs a manager and a note."""

    target: Status
    note: Text = ""
    manner: Manner = Manner.PLAIN
    revision: Revision | None = Field(default=None, description="The revision you saw, if not by If-Match.")


class ObstacleRead(Out):
    """One thing in the way, what would clear it and who can."""

    code: str
    text: str
    hint: str
    cleared_by: str


class MoveOption(Out):
    """A move that the lifecycle knows from here, and everything that is in its way now."""

    target: Status
    move: str
    obstacles: list[ObstacleRead]
    warnings: list[ObstacleRead]


class ExplainLine(Out):
    """One release on the way down: how it holds up the one above, and what holds it up itself."""

    key: str
    title: str
    status: Status
    owner: str
    depth: int
    relation: str
    next: str = Field(description="The label of the status it would go to next; empty at the end.")
    since: datetime
    causes: list[ObstacleRead]
    is_root_cause: bool
    was_told_above: bool


class ExplainRead(Out):
    """Why a release is not moving."""

    standing: str
    sentence: str
    lines: list[ExplainLine]
