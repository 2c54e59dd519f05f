"""The form of a service."""

from typing import Annotated

from pydantic import Field

from cutwater.kernel.wire import Body, Line, Text

Short = Annotated[Line, Field(max_length=80)]
Name = Annotated[Line, Field(min_length=1, max_length=80)]
Slug = Annotated[Line, Field(max_length=40)]


class ServiceForm(Body):
    """Create and edit a service."""

    name: Name
    slug: Slug = ""
    description: Annotated[Text, Field(max_length=2000)] = ""
    repository: Line = ""
    jira_project: Short = ""
    colour: Annotated[str, Field(pattern="^(blue|green|amber|red|violet|teal|grey)$")] = "blue"
    is_archived: bool = False
    revision: int | None = None
