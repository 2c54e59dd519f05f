"""What the HTML form of a field mapping sends."""

from cutwater.kernel.wire import Body, Line, Revision


class MappingForm(Body):
    """Which field plays which role."""

    discipline: Line = ""
    points: Line = ""
    owner: Line = ""
    sprint: Line = ""
    flagged: Line = ""
    revision: Revision | None = None
