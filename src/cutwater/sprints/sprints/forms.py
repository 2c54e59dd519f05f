"""What the HTML forms of sprints send."""

from typing import Annotated

from pydantic import Field

from cutwater.kernel.wire import Body, IsoDate, Line, Revision, Text
from cutwater.sprints.core.facts import SprintState


class SprintForm(Body):
    """A sprint of our own."""

    name: Annotated[Line, Field(min_length=1, max_length=200)]
    goal: Text = ""
    starts_on: IsoDate | None = None
    ends_on: IsoDate | None = None
    revision: Revision | None = None


class MoveForm(Body):
    """Where a sprint goes."""

    target: SprintState
    revision: Revision | None = None


class RevisionForm(Body):
    """A verb that needs nothing but the revision that was seen."""

    revision: Revision | None = None
