"""What the API gives for deployments."""

from datetime import datetime
from uuid import UUID

from cutwater.kernel.wire import Out
from cutwater.releases.core.facts import EnvironmentKind, Outcome


class DeploymentRead(Out):
    """Where and when the release was deployed, by whom or by which step, and how it ended."""

    id: UUID
    environment_name: str
    environment_kind: EnvironmentKind
    version: str
    outcome: Outcome
    deployed_at: datetime
    deployed_by_id: UUID | None
    step_key: str
