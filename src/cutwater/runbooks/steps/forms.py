"""What the HTML forms of steps send."""

from cutwater.kernel.wire import Body, Line, Revision, Text


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
