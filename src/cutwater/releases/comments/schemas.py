"""What the API takes and gives for comments."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from cutwater.kernel.wire import Body, Out, Text


class CommentRead(Out):
    """A comment: markdown as typed, and the same as safe HTML."""

    id: UUID
    author_id: UUID | None
    body: str
    html: str
    created_at: datetime
    edited_at: datetime | None
    revision: int


class CommentWrite(Body):
    """A comment in markdown."""

    body: Annotated[Text, Field(min_length=1, max_length=10_000)]
