"""The forms of items."""

from typing import Annotated

from pydantic import Field

from cutwater.kernel.wire import Body, Line

Short = Annotated[Line, Field(max_length=80)]

Address = Annotated[str, Field(max_length=300, pattern=r"^(https?://[!-~]+)?$")]


class ItemForm(Body):
    """An item picked from the imported issues or typed."""

    reference: Annotated[Line, Field(min_length=1)]
    title: Line = ""
    status: Short = ""
    assignee: Short = ""
    url: Address = ""


class ItemChangeForm(Body):
    """A typed item's new status."""

    status: Short
    revision: int | None = None
