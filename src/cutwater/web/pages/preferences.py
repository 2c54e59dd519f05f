"""The shell's own routes: the design page and the reader's preferences."""

from typing import Literal
from urllib.parse import urlsplit

from fastapi import APIRouter
from fastapi.responses import Response

from cutwater.kernel.wire import Body, Line
from cutwater.web import design
from cutwater.web.charts import chart
from cutwater.web.view import PublicView, Shown

platform = APIRouter(include_in_schema=False)


class Preferences(Body):
    """One choice at a time; `back` is the page to return to."""

    theme: Literal["system", "light", "dark"] | None = None
    density: Literal["compact", "comfortable"] | None = None
    keys: Literal["on", "off"] | None = None
    back: Line = "/"


@platform.get("/design")
async def show_design(view: PublicView) -> Response:
    """Every component, in both themes."""
    context: dict[str, Shown] = {**design.examples(), "chart_svg": await chart(design.CHART)}
    return view.page("design.html", **context)


@platform.post("/preferences")
async def keep_preferences(view: PublicView) -> Response:
    """Keep theme, density or shortcuts in cookies of this browser."""
    chosen = await view.form(Preferences)
    parts = urlsplit(chosen.back)
    back = parts.path if parts.path.startswith("/") and not parts.netloc else "/"
    back = "/" + back.lstrip("/\\") + (f"?{parts.query}" if parts.query else "")
    response = view.done(f"@{back}", data={"kept": True})
    for name in ("theme", "density", "keys"):
        value = getattr(chosen, name)
        if value is not None:
            view.keep(response, f"cutwater_{name}", value)
    return response
