"""What the HTML form of a site sends."""

from typing import Annotated, Literal

from pydantic import Field

from cutwater.kernel.wire import Body, Line, Revision


class SiteForm(Body):
    """A site."""

    name: Annotated[Line, Field(min_length=1, max_length=120)]
    kind: Literal["FILES", "JIRA_CLOUD", "JIRA_SERVER"] = "JIRA_CLOUD"
    url: Line = ""
    revision: Revision | None = None
