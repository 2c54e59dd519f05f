"""The form of a comment."""

from typing import Annotated

from pydantic import Field

from cutwater.kernel.wire import Body, Text


class CommentForm(Body):
    """A comment."""

    body: Annotated[Text, Field(min_length=1, max_length=10_000)]
    revision: int | None = None
