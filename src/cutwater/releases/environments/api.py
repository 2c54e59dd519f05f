"""The API of environments."""

from typing import cast

from fastapi import APIRouter, Request, Response

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, every, one
from cutwater.kernel.etags import SeenRevision
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.reader import SessionReader
from cutwater.releases.catalogue import queries
from cutwater.releases.catalogue.service import EnvironmentDraft
from cutwater.releases.environments import service
from cutwater.releases.environments.schemas import EnvironmentCreate, EnvironmentPatch, EnvironmentRead
from cutwater.releases.environments.service import EnvironmentEdits
from cutwater.releases.records.permissions import MAY_READ

KEEPS_ENVIRONMENTS = [needs(Grant.ENVIRONMENTS_WRITE, "change environments")]

reading = APIRouter(tags=["services", "environments"], dependencies=[MAY_READ])
changing = APIRouter(tags=["services", "environments"], route_class=IdempotentRoute)


@reading.get("/environments", response_model=Many[EnvironmentRead])
async def list_environments(request: Request, reader: ReaderDep) -> dict[str, object]:
    """The environments in their order."""
    return every(await reader.all(queries.environments()), request)


@changing.post(
    "/environments",
    dependencies=KEEPS_ENVIRONMENTS,
    status_code=201,
    response_model=Item[EnvironmentRead],
)
async def create_environment(
    body: EnvironmentCreate, request: Request, response: Response, tx: Tx, actor: CurrentActor
) -> dict[str, object]:
    """Add an environment."""
    given = {**body.model_dump(), "slug": body.slug or ""}
    created = await service.create_environment(tx, actor, EnvironmentDraft(**given))
    row = await queries.environment_row(SessionReader(tx), created.id)
    return one(row, row.revision, request, response)


@reading.get("/environments/{slug}", response_model=Item[EnvironmentRead])
async def read_environment(
    slug: str, request: Request, response: Response, reader: ReaderDep
) -> dict[str, object]:
    """One environment by its slug or id."""
    row = await queries.environment_row(reader, slug)
    return one(row, row.revision, request, response)


@changing.patch(
    "/environments/{slug}",
    dependencies=KEEPS_ENVIRONMENTS,
    response_model=Item[EnvironmentRead],
)
async def update_environment(
    slug: str,
    body: EnvironmentPatch,
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> dict[str, object]:
    """Rename or reorder an environment."""
    edits = cast(EnvironmentEdits, body.model_dump(exclude_none=True))
    updated = await service.update_environment(tx, actor, slug, edits, seen_revision=seen)
    row = await queries.environment_row(SessionReader(tx), updated.id)
    return one(row, row.revision, request, response)


@changing.delete("/environments/{slug}", dependencies=KEEPS_ENVIRONMENTS, status_code=204)
async def delete_environment(slug: str, tx: Tx, actor: CurrentActor, seen: SeenRevision) -> None:
    """Delete an environment that nothing was deployed to."""
    await service.delete_environment(tx, actor, slug, seen_revision=seen)
