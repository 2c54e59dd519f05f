"""Home, and the search behind the palette: composed of other modules' panels by address."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from cutwater.kernel.actor import CurrentActor, members_only
from cutwater.kernel.db import ReaderDep
from cutwater.web import nav
from cutwater.web.finding import found_for
from cutwater.web.templating import shell
from cutwater.web.view import View

router = APIRouter(dependencies=[members_only], include_in_schema=False)


@router.get("/")
async def home(request: Request, actor: CurrentActor, view: View) -> Response:
    """My work now, what is next, what changed."""
    return view.page("home.html", panels=nav.panels_for(view.actor, shell().declared.home_panels))


@router.get("/search")
async def find(
    request: Request,
    actor: CurrentActor,
    reader: ReaderDep,
    view: View,
    q: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """What the palette shows, or a page of results without JavaScript."""
    found = await found_for(request, actor, reader, q, limit=12 if view.wants_json else 50)
    if view.wants_json:
        return view.json([{"kind": r.kind, "key": r.key, "title": r.title, "path": r.path} for r in found])
    return view.page("search.html", q=q, found=found)
