"""The form of a move."""

from typing import Annotated

from pydantic import Field

from cutwater.kernel.wire import Body, Text
from cutwater.releases.core.facts import Status
from cutwater.releases.core.lifecycle import Manner

Note = Annotated[Text, Field(max_length=2000)]


class MoveForm(Body):
    """A move, by a button or from the board."""

    target: Status
    note: Note = ""
    manner: Manner = Manner.PLAIN
    revision: int | None = None
