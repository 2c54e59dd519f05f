"""The API of what a release may do next, and why it does not move."""

from fastapi import APIRouter, Request

from cutwater.kernel.actor import CurrentActor
from cutwater.kernel.db import ReaderDep
from cutwater.kernel.envelope import Item, Many, every, item
from cutwater.releases.moves import queries, views
from cutwater.releases.moves.schemas import ExplainRead, MoveOption
from cutwater.releases.records.permissions import MAY_READ

reading = APIRouter(tags=["releases"], dependencies=[MAY_READ])


@reading.get("/releases/{key}/moves", response_model=Many[MoveOption])
async def moves(key: str, request: Request, reader: ReaderDep, actor: CurrentActor) -> dict[str, object]:
    """Every move the lifecycle knows from here, with everything that is in its way now."""
    return every(views.moves_of(actor, await queries.neighbourhood_of(reader, key)), request)


@reading.get("/releases/{key}/explain", response_model=Item[ExplainRead])
async def explain(key: str, request: Request, reader: ReaderDep) -> dict[str, object]:
    """Why it is not moving: the whole way down, with owners and since when."""
    neighbourhood = await queries.neighbourhood_of(reader, key)
    return item(neighbourhood.told(), request)
