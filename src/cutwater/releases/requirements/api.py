"""The API of requirements."""

from fastapi import APIRouter, Request

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, every, item
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.reader import SessionReader
from cutwater.releases.core.facts import Requirement, Status
from cutwater.releases.records.permissions import MAY_READ
from cutwater.releases.requirements import service, views
from cutwater.releases.requirements.schemas import RequirementPut, RequirementRead

SWITCHES = [needs(Grant.RELEASES_CONFIGURE, "switch requirements")]
reading = APIRouter(tags=["services", "requirements"], dependencies=[MAY_READ])
changing = APIRouter(tags=["services", "requirements"], route_class=IdempotentRoute)


@reading.get("/requirements", response_model=Many[RequirementRead])
async def list_requirements(request: Request, reader: ReaderDep) -> dict[str, object]:
    """What each status demands of a release that wants to reach it."""
    return every(await views.demands(reader), request)


@changing.put(
    "/requirements/{target}/{requirement}", dependencies=SWITCHES, response_model=Item[RequirementRead]
)
async def switch_requirement(
    target: Status,
    requirement: Requirement,
    body: RequirementPut,
    request: Request,
    tx: Tx,
    actor: CurrentActor,
) -> dict[str, object]:
    """Demand a requirement before a status, or stop demanding it."""
    await service.switch_requirement(tx, actor, target, requirement, is_on=body.is_on)
    return item(await views.demand(SessionReader(tx), target, requirement), request)
