"""Home, and the search behind the palette: composed of other modules' panels by address."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from cutwater.kernel import search
from cutwater.kernel.actor import Actor, CurrentActor, members_only
from cutwater.kernel.db import ReaderDep
from cutwater.kernel.grants import Grant
from cutwater.kernel.reader import Reader
from cutwater.web.nav import HomePanel
from cutwater.web.view import View

router = APIRouter(dependencies=[members_only], include_in_schema=False)


@router.get("/")
async def home(request: Request, actor: CurrentActor, view: View) -> Response:
    """My work now, what is next, what changed."""
    panels: tuple[HomePanel, ...] = request.app.state.home_panels
    shown = [panel for panel in panels if panel.grant is None or actor.may(panel.grant)]
    return view.page("home.html", panels=shown)


async def found_for(request: Request, actor: Actor, reader: Reader, text: str, limit: int) -> list[Any]:
    """What this actor may find, by page and API together so often a minute; wiring says what a kind of thing
    needs, and who else is asked."""
    await request.app.state.limiter.hit(f"search:{actor.id}", per_minute=240)
    needed: dict[str, Grant] = request.app.state.search_grants
    hidden = [kind for kind, grant in needed.items() if not actor.may(grant)]
    found = await search.find(reader, text, limit=limit, hidden=hidden)
    for source in request.app.state.search_sources:
        if actor.may(source.grant):
            found += await source.find(reader, text)
    return found


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
