"""What the API takes and gives of sites."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from cutwater.kernel.wire import Body, Line, Out


class SiteBody(Body):
    """A site to add."""

    name: Annotated[Line, Field(min_length=1, max_length=120)]
    kind: Literal["FILES", "JIRA_CLOUD", "JIRA_SERVER"]
    url: Line = ""


class SiteChange(Body):
    """A site's new name and address."""

    name: Annotated[Line, Field(min_length=1, max_length=120)]
    url: Line = ""


class SiteRead(Out):
    """A site."""

    id: UUID
    name: str
    kind: str
    url: str
    revision: int
    issues: int = 0
    synced_at: datetime | None = None
