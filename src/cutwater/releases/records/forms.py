"""The form that makes and edits a release, and the one that asks for a reason."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from cutwater.kernel.wire import Body, Line, Text
from cutwater.releases.core.facts import Priority

Title = Annotated[Line, Field(min_length=1)]
Short = Annotated[Line, Field(max_length=80)]

Note = Annotated[Text, Field(max_length=2000)]


class ReleaseForm(Body):
    """Create and edit a release."""

    service: Annotated[Line, Field(min_length=1)]
    title: Title
    description: Text = ""
    version: Short = ""
    priority: Priority = Priority.MEDIUM
    hotfix: bool = False
    owner_id: UUID | None = None
    sprint: Short = ""
    target_date: date | None = None
    revision: int | None = None


class ReasonForm(Body):
    """A block, a removal: why, and which revision was seen."""

    reason: Note = ""
    revision: int | None = None
