"""What the HTML forms of issues send."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from cutwater.kernel.wire import Body, Line, Revision, Text


class IssuesForm(Body):
    """Keys of issues, separated by spaces or commas."""

    issues: Annotated[Text, Field(min_length=1)]


class IssueForm(Body):
    """An issue of our own."""

    title: Annotated[Line, Field(min_length=1)]
    description: Text = ""
    type_name: Annotated[Line, Field(max_length=60)] = "Task"
    status: Annotated[Line, Field(max_length=60)] = "To do"
    priority: Annotated[Line, Field(max_length=60)] = ""
    points: Annotated[Decimal, Field(ge=0, le=1_000_000)] | None = None
    discipline_team: Annotated[Line, Field(max_length=200)] = ""
    assignee_name: Annotated[Line, Field(max_length=200)] = ""
    owner_name: Annotated[Line, Field(max_length=200)] = ""
    parent_key: Annotated[Line, Field(max_length=100)] = ""
    labels: Annotated[Line, Field(max_length=300)] = ""
    is_flagged: bool = False
    sprint: Annotated[Line, Field(max_length=60)] = ""
    revision: Revision | None = None
