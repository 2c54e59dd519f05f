"""The API of a release's deployments."""

from fastapi import APIRouter, Request

from cutwater.kernel.db import ReaderDep
from cutwater.kernel.envelope import Many, every
from cutwater.releases.deployments import queries
from cutwater.releases.deployments.schemas import DeploymentRead
from cutwater.releases.records.permissions import MAY_READ
from cutwater.releases.records.queries import rows_of

reading = APIRouter(tags=["releases"], dependencies=[MAY_READ], prefix="/releases/{key}")


@reading.get("/deployments", response_model=Many[DeploymentRead])
async def list_deployments(key: str, request: Request, reader: ReaderDep) -> dict[str, object]:
    """Where and when a release was deployed, the latest first."""
    return every(await rows_of(reader, key, queries.deployments_of(key)), request)
