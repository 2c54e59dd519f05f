"""The deployments of a release."""

from sqlalchemy import select

from cutwater.releases.catalogue.models import Environment
from cutwater.releases.catalogue.queries import Rows
from cutwater.releases.deployments.models import Deployment
from cutwater.releases.records.queries import this_release


def deployments_of(key: str) -> Rows:
    """Where and when a release was deployed, the latest first."""
    return (
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
        .order_by(Deployment.deployed_at.desc(), Deployment.id)
    )
