"""The API of a release's dependencies."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from cutwater.kernel.actor import CurrentActor
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, every, one
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.reader import Reader, SessionReader
from cutwater.releases.dependencies import queries, service
from cutwater.releases.dependencies.models import ReleaseDependency
from cutwater.releases.dependencies.schemas import DependencyCreate, DependencyRead
from cutwater.releases.records.permissions import MAY_CHANGE, MAY_READ
from cutwater.releases.records.queries import row_of, rows_of

reading = APIRouter(tags=["releases"], dependencies=[MAY_READ], prefix="/releases/{key}")
changing = APIRouter(
    tags=["releases"], dependencies=[MAY_CHANGE], prefix="/releases/{key}", route_class=IdempotentRoute
)


@reading.get("/dependencies", response_model=Many[DependencyRead])
async def list_dependencies(key: str, request: Request, reader: ReaderDep) -> dict[str, object]:
    """What a release depends on, and what depends on it."""
    return every(await rows_of(reader, key, queries.dependencies_of(key)), request)


@changing.post("/dependencies", status_code=201, response_model=Item[DependencyRead])
async def add_dependency(
    key: str, body: DependencyCreate, request: Request, response: Response, tx: Tx, actor: CurrentActor
) -> dict[str, object]:
    """Let a release depend on another; a cycle is refused by name."""
    dependency_id = await service.add_dependency(tx, actor, key, body.blocker, body.kind)
    return await _answer(SessionReader(tx), key, dependency_id, request, response)


@reading.get("/dependencies/{dependency_id}", response_model=Item[DependencyRead])
async def read_dependency(
    key: str, dependency_id: UUID, request: Request, response: Response, reader: ReaderDep
) -> dict[str, object]:
    """One dependency."""
    return await _answer(reader, key, dependency_id, request, response)


@changing.delete("/dependencies/{dependency_id}", status_code=204)
async def remove_dependency(key: str, dependency_id: UUID, tx: Tx, actor: CurrentActor) -> None:
    """Take a dependency away."""
    await service.remove_dependency(tx, actor, key, dependency_id)


async def _answer(
    reader: Reader, key: str, dependency_id: UUID, request: Request, response: Response
) -> dict[str, object]:
    this = queries.dependencies_of(key).where(ReleaseDependency.id == dependency_id)
    row = await row_of(reader, key, this, "This dependency")
    return one(row, row.revision, request, response)
