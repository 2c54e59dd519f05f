"""What the API takes and gives for dependencies."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from cutwater.kernel.wire import Body, Line, Out
from cutwater.releases.core.facts import DependencyKind, Status


class DependencyRead(Out):
    """A dependency seen from one release. `is_blocker`: the other release goes first."""

    id: UUID
    kind: DependencyKind
    is_blocker: bool
    peer_id: UUID
    peer_key: str
    peer_title: str
    peer_status: Status
    peer_service_name: str
    revision: int
    created_at: datetime


class DependencyCreate(Body):
    """`blocker` (key or id) must be deployed first, should be, or goes together with this release."""

    blocker: Annotated[Line, Field(min_length=1, max_length=40)]
    kind: DependencyKind = DependencyKind.BLOCKS
