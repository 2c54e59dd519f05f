"""What the HTML forms of runbooks send."""

from typing import Annotated

from pydantic import Field

from cutwater.kernel.wire import Body, Line, Revision, Text

Title = Annotated[Line, Field(min_length=1, max_length=200)]


class RunbookForm(Body):
    """A runbook's title and description."""

    title: Title
    description: Text = ""
    revision: Revision | None = None
