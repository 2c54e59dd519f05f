"""A small app in the shell, and somebody in it; the domain is a made-up list of boats."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from uuid import UUID

import httpx2
from fastapi import Depends, FastAPI
from fastapi.responses import Response
from pydantic import Field

from cutwater import web, wiring
from cutwater.identity.core.roles import ROLE_GRANTS, Role
from cutwater.kernel import http
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Conflict, NotFound, TooMany
from cutwater.kernel.grants import Grant
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.wire import Body, Int, Line
from cutwater.web import PublicView, Refusal, View
from cutwater.web.pages import preferences
from cutwater.web.templating import configure

FOLDER = Path(__file__).parent / "templates"
SECRETS = ["a secret of at least thirty-two characters"]
MARA = Actor(
    kind="user",
    id=UUID(int=1),
    name="Mara Vogel",
    organization_id=UUID(int=2),
    organization="bank",
    organization_name="Northern Bank",
    role="MANAGER",
    grants=ROLE_GRANTS[Role.MEMBER],
    zone="Europe/Zurich",
)
NAV = (
    web.NavItem(section="boats", label="Boats", path="/boats", icon="ship", key="b", place=1),
    web.NavItem(
        section="audit", label="Audit", path="/audit", icon="eye", key="a", place=2, grant=Grant.AUDIT_READ
    ),
)
HULL = Obstacle(code="hull.open", text="The hull is open.", hint="Close it.", cleared_by="the shipwright")


class BoatForm(Body):
    """What a boat is made of."""

    name: Annotated[Line, Field(min_length=1)]
    masts: Int = 1


def shell(**more: object) -> None:
    """Set the shell up as a process would."""
    configure(
        web.Declared(nav=NAV, templates={"boats": FOLDER}, looks=wiring.declared().looks),
        secrets=SECRETS,
        **more,
    )  # type: ignore[arg-type]


def boats(actor: Actor | None = MARA) -> FastAPI:
    """The app, with somebody signed in, or nobody."""
    shell()
    app = FastAPI(dependencies=[Depends(web.check_csrf)])

    async def authenticate(*_given: object, **_named: object) -> Actor | None:
        return actor

    app.state.authenticate = authenticate
    app.include_router(preferences.platform)
    app.mount("/static", web.Static())
    for kind in http.EXPECTED:
        app.add_exception_handler(kind, web.refused_page)
    app.add_exception_handler(Exception, web.crashed_page)
    _routes(app)
    return app


def _routes(app: FastAPI) -> None:
    async def shown(view: web.View, refusal: Refusal | None = None) -> Response:
        return view.show("boats/list.html", block="list", names=["Albatross"], refusal=refusal)

    @app.get("/o/bank/boats")
    async def listed(view: View) -> Response:
        return await shown(view)

    @app.post("/o/bank/boats")
    async def build(view: View) -> Response:
        view.if_refused(lambda refusal: shown(view, refusal))
        form = await view.form(BoatForm)
        if form.masts > 3:
            raise Conflict([HULL])
        return view.done("/boats", flash=f"{form.name} was built", data={"name": form.name})

    @app.post("/o/bank/boats/photo")
    async def photo(view: View) -> Response:
        found = await view.upload("photo", max_bytes=1000)
        return view.json({"name": found.name, "size": len(found.content)} if found else {})

    failing: dict[str, Callable[[], Exception]] = {
        "missing": lambda: NotFound("The boat"),
        "busy": lambda: TooMany(7),
        "broken": lambda: RuntimeError("a plank"),
    }

    @app.get("/o/bank/boats/{name}")
    async def one(name: str, view: View) -> Response:
        raise failing[name]()

    @app.get("/hello")
    async def hello(view: PublicView) -> Response:
        return view.page("boats/hello.html")


def browser(actor: Actor | None = MARA, **cookies: str) -> httpx2.AsyncClient:
    """A browser that follows nothing by itself."""
    transport = httpx2.ASGITransport(app=boats(actor), raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://test", cookies=cookies)


async def token_of(client: httpx2.AsyncClient, path: str = "/o/bank/boats") -> str:
    """The CSRF token of a page, as a form on it carries it."""
    page = await client.get(path)
    return page.text.split('name="_csrf" value="')[1].split('"')[0]
