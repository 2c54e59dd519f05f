"""The API of what a release may do next, and why it does not move."""

from typing import Any

from fastapi import APIRouter, Request

from cutwater.kernel.db import ReaderDep
from cutwater.kernel.envelope import Item, Many, item, many
from cutwater.kernel.paging import Page
from cutwater.releases.core import lifecycle
from cutwater.releases.moves import queries
from cutwater.releases.moves.schemas import ExplainRead, MoveOption
from cutwater.releases.records.permissions import MAY_READ

reading = APIRouter(tags=["releases"], dependencies=[MAY_READ])


@reading.get("/releases/{key}/moves", response_model=Many[MoveOption])
async def moves(key: str, request: Request, reader: ReaderDep) -> dict[str, Any]:
    """Every move the lifecycle knows from here, with everything that is in its way now."""
    around = await queries.neighbourhood(reader, key)
    status, facts = around.release.status, around.facts()
    rows = [
        {
            "target": target,
            "move": move,
            "obstacles": around.obstacles(target, note="-"),
            "warnings": lifecycle.warnings(target, facts),
        }
        for target, move in lifecycle.MOVES[status].items()
    ]
    return many(Page(rows=rows, per_page=max(1, len(rows)), total=len(rows)), request)


@reading.get("/releases/{key}/explain", response_model=Item[ExplainRead])
async def explain(key: str, request: Request, reader: ReaderDep) -> dict[str, Any]:
    """Why it is not moving: the whole way down, with owners and since when."""
    around = await queries.neighbourhood(reader, key)
    return item(around.told(), request)
