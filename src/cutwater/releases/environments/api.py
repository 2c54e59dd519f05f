"""The API of environments."""

from typing import Any

from fastapi import APIRouter, Request, Response

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, every, one
from cutwater.kernel.etags import SeenRevision
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.releases.catalogue import queries
from cutwater.releases.catalogue.service import EnvironmentDraft
from cutwater.releases.environments import service
from cutwater.releases.environments.schemas import EnvironmentCreate, EnvironmentPatch, EnvironmentRead
from cutwater.releases.records.permissions import MAY_READ

KEEPS_ENVIRONMENTS = [needs(Grant.ENVIRONMENTS_WRITE, "change environments")]

reading = APIRouter(tags=["services"], dependencies=[MAY_READ])
changing = APIRouter(tags=["services"], route_class=IdempotentRoute)


@reading.get("/environments", response_model=Many[EnvironmentRead], tags=["environments"])
async def list_environments(request: Request, reader: ReaderDep) -> dict[str, Any]:
    """The environments in their order."""
    return every(await reader.all(queries.environments()), request)


@changing.post(
    "/environments",
    dependencies=KEEPS_ENVIRONMENTS,
    status_code=201,
    response_model=Item[EnvironmentRead],
    tags=["environments"],
)
async def create_environment(
    body: EnvironmentCreate, request: Request, response: Response, tx: Tx, actor: CurrentActor
) -> dict[str, Any]:
    """Add an environment."""
    given = {**body.model_dump(), "slug": body.slug or ""}
    created = await service.create_environment(tx, actor, EnvironmentDraft(**given))
    return one(created, request, response)


@reading.get("/environments/{slug}", response_model=Item[EnvironmentRead], tags=["environments"])
async def read_environment(
    slug: str, request: Request, response: Response, reader: ReaderDep
) -> dict[str, Any]:
    """One environment by its slug or id."""
    return one(await queries.environment_row(reader, slug), request, response)


@changing.patch(
    "/environments/{slug}",
    dependencies=KEEPS_ENVIRONMENTS,
    response_model=Item[EnvironmentRead],
    tags=["environments"],
)
async def update_environment(
    slug: str,
    body: EnvironmentPatch,
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> dict[str, Any]:
    """Rename or reorder an environment."""
    changes = body.model_dump(exclude_none=True)
    return one(
        await service.update_environment(tx, actor, slug, changes, seen_revision=seen), request, response
    )


@changing.delete(
    "/environments/{slug}", dependencies=KEEPS_ENVIRONMENTS, status_code=204, tags=["environments"]
)
async def delete_environment(slug: str, tx: Tx, actor: CurrentActor, seen: SeenRevision) -> None:
    """Delete an environment that nothing was deployed to."""
    await service.delete_environment(tx, actor, slug, seen_revision=seen)
