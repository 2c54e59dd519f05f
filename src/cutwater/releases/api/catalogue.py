"""The API of services, environments, freezes and requirements."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, item
from cutwater.kernel.etags import SeenRevision
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.reader import SessionReader
from cutwater.releases import queries, service
from cutwater.releases.api.answers import every, one
from cutwater.releases.api.releases import MAY_READ
from cutwater.releases.drafts import EnvironmentDraft, FreezeDraft, ServiceDraft
from cutwater.releases.facts import Requirement, Status
from cutwater.releases.lifecycle import REQUIREMENTS
from cutwater.releases.requirements import SENTENCES
from cutwater.releases.schemas import (
    EnvironmentCreate,
    EnvironmentPatch,
    EnvironmentRead,
    FreezeCreate,
    FreezePatch,
    FreezeRead,
    RequirementPut,
    RequirementRead,
    ServiceCreate,
    ServicePatch,
    ServiceRead,
)

KEEPS_SERVICES = [needs(Grant.SERVICES_WRITE, "change services")]
KEEPS_ENVIRONMENTS = [needs(Grant.ENVIRONMENTS_WRITE, "change environments")]
KEEPS_FREEZES = [needs(Grant.FREEZES_WRITE, "change freezes")]
SWITCHES = [needs(Grant.RELEASES_CONFIGURE, "switch requirements")]
reading = APIRouter(tags=["services"], dependencies=[MAY_READ])
changing = APIRouter(tags=["services"], route_class=IdempotentRoute)


@reading.get("/services", response_model=Many[ServiceRead])
async def list_services(
    request: Request,
    reader: ReaderDep,
    archived: Annotated[bool, Query(description="Also archived ones.")] = False,
) -> dict[str, Any]:
    """The services, with how many releases each has."""
    return every(await reader.all(queries.services(with_archived=archived)), request)


@changing.post("/services", dependencies=KEEPS_SERVICES, status_code=201, response_model=Item[ServiceRead])
async def create_service(
    body: ServiceCreate, request: Request, response: Response, tx: Tx, actor: CurrentActor
) -> dict[str, Any]:
    """Add a service."""
    given = body.model_dump()
    created = await service.create_service(tx, actor, ServiceDraft(**{**given, "slug": body.slug or ""}))
    return one(await queries.service_row(SessionReader(tx), created.slug), request, response)


@reading.get("/services/{slug}", response_model=Item[ServiceRead])
async def read_service(slug: str, request: Request, response: Response, reader: ReaderDep) -> dict[str, Any]:
    """One service by its slug or id."""
    return one(await queries.service_row(reader, slug), request, response)


@changing.patch("/services/{slug}", dependencies=KEEPS_SERVICES, response_model=Item[ServiceRead])
async def edit_service(
    slug: str,
    body: ServicePatch,
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> dict[str, Any]:
    """Change or archive a service."""
    edited = await service.edit_service(
        tx, actor, slug, body.model_dump(exclude_none=True), seen_revision=seen
    )
    return one(await queries.service_row(SessionReader(tx), edited.slug), request, response)


@changing.delete("/services/{slug}", dependencies=KEEPS_SERVICES, status_code=204)
async def delete_service(slug: str, tx: Tx, actor: CurrentActor, seen: SeenRevision) -> None:
    """Delete a service that has no releases."""
    await service.delete_service(tx, actor, slug, seen_revision=seen)


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
async def edit_environment(
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
        await service.edit_environment(tx, actor, slug, changes, seen_revision=seen), request, response
    )


@changing.delete(
    "/environments/{slug}", dependencies=KEEPS_ENVIRONMENTS, status_code=204, tags=["environments"]
)
async def delete_environment(slug: str, tx: Tx, actor: CurrentActor, seen: SeenRevision) -> None:
    """Delete an environment that nothing was deployed to."""
    await service.delete_environment(tx, actor, slug, seen_revision=seen)


@reading.get("/freezes", response_model=Many[FreezeRead], tags=["freezes"])
async def list_freezes(request: Request, reader: ReaderDep) -> dict[str, Any]:
    """The freezes that are open or planned, the next first."""
    return every(await reader.all(queries.freezes()), request)


@changing.post(
    "/freezes", dependencies=KEEPS_FREEZES, status_code=201, response_model=Item[FreezeRead], tags=["freezes"]
)
async def create_freeze(
    body: FreezeCreate, request: Request, response: Response, tx: Tx, actor: CurrentActor
) -> dict[str, Any]:
    """Plan a freeze."""
    created = await service.create_freeze(tx, actor, FreezeDraft(**body.model_dump()))
    return one(await queries.freeze_row(SessionReader(tx), created.id), request, response)


@reading.get("/freezes/{freeze_id}", response_model=Item[FreezeRead], tags=["freezes"])
async def read_freeze(
    freeze_id: UUID, request: Request, response: Response, reader: ReaderDep
) -> dict[str, Any]:
    """One freeze."""
    return one(await queries.freeze_row(reader, freeze_id), request, response)


@changing.patch(
    "/freezes/{freeze_id}", dependencies=KEEPS_FREEZES, response_model=Item[FreezeRead], tags=["freezes"]
)
async def edit_freeze(
    freeze_id: UUID,
    body: FreezePatch,
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> dict[str, Any]:
    """Change a freeze."""
    changes = body.model_dump(exclude_none=True)
    edited = await service.edit_freeze(tx, actor, freeze_id, changes, seen_revision=seen)
    return one(await queries.freeze_row(SessionReader(tx), edited.id), request, response)


@changing.delete("/freezes/{freeze_id}", dependencies=KEEPS_FREEZES, status_code=204, tags=["freezes"])
async def delete_freeze(freeze_id: UUID, tx: Tx, actor: CurrentActor, seen: SeenRevision) -> None:
    """Lift a freeze."""
    await service.delete_freeze(tx, actor, freeze_id, seen_revision=seen)


@reading.get("/requirements", response_model=Many[RequirementRead], tags=["requirements"])
async def list_requirements(request: Request, reader: ReaderDep) -> dict[str, Any]:
    """What each status demands of a release that wants to reach it."""
    switched = await queries.switches(reader)
    rows = [
        requirement_row(target, requirement, switched)
        for target, demanded in REQUIREMENTS.items()
        for requirement in demanded
    ]
    return every(rows, request)


@changing.put(
    "/requirements/{target}/{requirement}",
    dependencies=SWITCHES,
    response_model=Item[RequirementRead],
    tags=["requirements"],
)
async def switch_requirement(
    target: Status,
    requirement: Requirement,
    body: RequirementPut,
    request: Request,
    tx: Tx,
    actor: CurrentActor,
) -> dict[str, Any]:
    """Demand a requirement before a status, or stop demanding it."""
    await service.switch_requirement(tx, actor, target, requirement, is_on=body.is_on)
    switched = await queries.switches(SessionReader(tx))
    return item(requirement_row(target, requirement, switched), request)


def requirement_row(
    target: Status, requirement: Requirement, switched: dict[tuple[Status, Requirement], bool]
) -> dict[str, Any]:
    """One line of the table of requirements."""
    default = REQUIREMENTS[target][requirement]
    return {
        "target": target,
        "requirement": requirement,
        "sentence": SENTENCES[requirement],
        "is_on": switched.get((target, requirement), default),
        "is_default": default,
    }
