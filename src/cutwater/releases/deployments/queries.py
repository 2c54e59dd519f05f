"""The deployments of a release."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from cutwater.kernel.reader import Rows
from cutwater.releases.catalogue.models import Environment
from cutwater.releases.deployments.models import Deployment
from cutwater.releases.records.queries import this_release


class DeploymentRow(NamedTuple):
    """Where and when a release was deployed, by whom or by which step, and how it ended."""

    id: UUID
    version: str
    outcome: str
    deployed_at: datetime
    deployed_by_id: UUID | None
    step_key: str
    environment_name: str
    environment_kind: str


def deployments_of(key: str) -> Rows[DeploymentRow]:
    """The deployments of a release, the latest first."""
    return Rows(
        DeploymentRow,
        select(
            Deployment.id,
            Deployment.version,
            Deployment.outcome,
            Deployment.deployed_at,
            Deployment.deployed_by_id,
            Deployment.step_key,
            Environment.name.label("environment_name"),
            Environment.kind.label("environment_kind"),
        )
        .select_from(Deployment)
        .join(Environment, Environment.id == Deployment.environment_id)
        .where(Deployment.release_id.in_(this_release(key)))
        .order_by(Deployment.deployed_at.desc(), Deployment.id),
    )
