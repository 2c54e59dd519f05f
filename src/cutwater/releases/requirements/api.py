"""The API of requirements."""

from typing import Any

from fastapi import APIRouter, Request

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, every, item
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.reader import SessionReader
from cutwater.releases.core.facts import Requirement, Status
from cutwater.releases.core.lifecycle import REQUIREMENTS
from cutwater.releases.core.requirements import SENTENCES
from cutwater.releases.records.permissions import MAY_READ
from cutwater.releases.requirements import queries, service
from cutwater.releases.requirements.schemas import RequirementPut, RequirementRead

SWITCHES = [needs(Grant.RELEASES_CONFIGURE, "switch requirements")]
reading = APIRouter(tags=["services"], dependencies=[MAY_READ])
changing = APIRouter(tags=["services"], route_class=IdempotentRoute)


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
