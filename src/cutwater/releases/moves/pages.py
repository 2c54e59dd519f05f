"""Why a release is not moving, as a page."""

from fastapi import APIRouter, Response

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep
from cutwater.kernel.grants import Grant
from cutwater.releases.moves import queries, views
from cutwater.web import View

router = APIRouter(dependencies=[needs(Grant.RELEASES_READ, "see releases")])


@router.get("/releases/{key}/explain")
async def explain(key: str, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Why it is not moving: the whole way down."""
    around = await queries.neighbourhood(reader, key)
    return view.show(
        "releases/moves/explain.html",
        block="content",
        release=around.release,
        told=around.told(),
        watched=views.watched(around),
    )
