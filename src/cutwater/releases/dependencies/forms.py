"""The form of a dependency."""

from typing import Annotated

from pydantic import Field

from cutwater.kernel.wire import Body, Line
from cutwater.releases.core.facts import DependencyKind


class DependencyForm(Body):
    """What this release depends on."""

    blocker: Annotated[Line, Field(min_length=1, max_length=40)]
    kind: DependencyKind = DependencyKind.BLOCKS
