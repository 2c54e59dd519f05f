"""The form of a freeze."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from cutwater.kernel.wire import Body, Line, Text

Name = Annotated[Line, Field(min_length=1, max_length=80)]

Note = Annotated[Text, Field(max_length=2000)]


class FreezeForm(Body):
    """Plan and change a freeze; times are the viewer's."""

    environment: Annotated[Line, Field(min_length=1, max_length=40)]
    title: Name
    reason: Note = ""
    starts_at: datetime
    ends_at: datetime
    revision: int | None = None
