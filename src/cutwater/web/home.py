"""Home, and the search behind the palette: composed of other modules' panels by address."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from cutwater.kernel import search
from cutwater.kernel.actor import Actor, CurrentActor, Grant, needs
from cutwater.kernel.db import ReaderDep
from cutwater.web.view import View

router = APIRouter(dependencies=[needs(Grant.READ)], include_in_schema=False)


@router.get("/")
async def home(request: Request, view: View) -> Response:
    """My work now, what is next, what changed."""
    return view.page("home.html", panels=request.app.state.home_panels)


def hidden_from(actor: Actor, request: Request) -> list[str]:
    """The kinds of things whose pages this actor may not open; wiring says what each needs."""
    needed: dict[str, Grant] = request.app.state.search_grants
    return [kind for kind, grant in needed.items() if not actor.may(grant)]


@router.get("/search")
async def find(
    request: Request,
    actor: CurrentActor,
    reader: ReaderDep,
    view: View,
    q: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """What the palette shows, or a page of results without JavaScript."""
    await request.app.state.limiter.hit(f"search:{actor.id}", per_minute=240)
    found = await search.find(reader, q, hidden=hidden_from(actor, request))
    if view.wants_json:
        return view.json([{"kind": r.kind, "key": r.key, "title": r.title, "path": r.path} for r in found])
    return view.page("search.html", q=q, found=found)
