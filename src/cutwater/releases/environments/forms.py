"""The form of an environment."""

from typing import Annotated

from pydantic import Field

from cutwater.kernel.wire import Body, Line
from cutwater.releases.core.facts import EnvironmentKind

Name = Annotated[Line, Field(min_length=1, max_length=80)]
Slug = Annotated[Line, Field(max_length=40)]


class EnvironmentForm(Body):
    """Create and edit an environment; the kind only when it is new."""

    name: Name
    kind: EnvironmentKind = EnvironmentKind.STAGING
    slug: Slug = ""
    position: Annotated[int, Field(ge=0, le=10_000)] = 0
    revision: int | None = None
