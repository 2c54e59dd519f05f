"""Why a release is not moving, as a page."""

from fastapi import APIRouter, Response

from cutwater.kernel.db import ReaderDep
from cutwater.releases.moves import queries, views
from cutwater.releases.records.permissions import MAY_READ
from cutwater.web import View

router = APIRouter(dependencies=[MAY_READ])


@router.get("/releases/{key}/explain")
async def explain(key: str, reader: ReaderDep, view: View) -> Response:
    """Why it is not moving: the whole way down."""
    neighbourhood = await queries.neighbourhood_of(reader, key)
    return view.show(
        "releases/moves/explain.html",
        block="content",
        release=neighbourhood.release,
        told=neighbourhood.told(),
        watched=views.watched(neighbourhood),
    )
