"""What a page route answers with: a page, a block of it, a drawer, a redirect, or an element's JSON."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import field
from itertools import count
from typing import Annotated, Any, TypeVar

import orjson
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel
from starlette.datastructures import FormData, UploadFile

from cutwater.kernel.actor import Actor, CurrentActor, Visitor
from cutwater.kernel.errors import Invalid, Refused, TooLarge
from cutwater.kernel.frozen import frozen
from cutwater.kernel.obstacle import Obstacle
from cutwater.web import csrf, flash, forms, nav
from cutwater.web.templating import Viewing, render, shell, viewing, zone_of

Model = TypeVar("Model", bound=BaseModel)
_PARTS = count(1)
YEAR = 365 * 86_400
THEMES, DENSITIES = ("system", "light", "dark"), ("compact", "comfortable")


@frozen
class Refusal:
    """A refusal as templates show it, with each field's sentence, what is in the way and what was typed."""

    code: str
    message: str
    status: int = 400
    fields: Mapping[str, str] = field(default_factory=dict)
    obstacles: Sequence[Obstacle] = ()
    values: Mapping[str, str] = field(default_factory=dict)


@frozen
class Upload:
    """One uploaded file, read whole."""

    name: str
    media_type: str
    content: bytes


Again = Callable[[Refusal], Awaitable[Response]]

PER_PAGE = {"refusal"}
"""What a page may say in the shell's place; any other name of the shell in a page's context is a mistake."""
Shown = Any  # allow: any — whatever the template shows


class ShellView:
    """Bound to one request and its actor. Routes take it as `view: View` or `view: PublicView`."""

    def __init__(self, request: Request, actor: Actor | None) -> None:
        self.request = request
        self.actor = actor
        self.again: Again | None = None
        self.typed: FormData | None = None
        # the place in the log before this page is read: what commits until it listens is told to it then
        hub, within = getattr(request.app.state, "hub", None), actor.organization_id if actor else None
        self.live_since: str = hub.place(hub.token, within) if hub is not None and within else ""
        request.state.view = self

    @property
    def kind(self) -> str:
        """`full`, `partial` (htmx wants a block) or `drawer`."""
        given = self.request.headers.get("hx-request-type", "full")
        return given if given in ("partial", "drawer") else "full"

    @property
    def wants_json(self) -> bool:
        """Whether one of our elements asks, which shows the answer itself."""
        return self.request.headers.get("accept", "").startswith("application/json")

    @property
    def here(self) -> str:
        """Path and query of this page."""
        url = self.request.url
        return url.path + (f"?{url.query}" if url.query else "")

    @property
    def base(self) -> str:
        """The prefix of the actor's organization, empty outside one."""
        return f"/o/{self.actor.organization}" if self.actor and self.actor.organization else ""

    def page(self, template: str, *, status: int = 200, **context: Shown) -> Response:
        """The whole page; in a drawer its content alone."""
        return self._html(self.text(template, **context), status, keep_flash=False)

    async def large(self, template: str, *, status: int = 200, **context: Shown) -> Response:
        """A page of thousands of rows, rendered in a thread so that nobody else waits."""
        text = await asyncio.to_thread(self.text, template, **context)
        return self._html(text, status, keep_flash=False)

    def block(self, template: str, block: str, *, status: int = 200, **context: Shown) -> Response:
        """One block of the template alone."""
        return self._html(self.text(template, block=block, **context), status, keep_flash=True)

    def show(self, template: str, *, block: str, status: int = 200, **context: Shown) -> Response:
        """The block when htmx asks for a part, else the page."""
        if self.kind == "partial":
            return self.block(template, block, status=status, **context)
        return self.page(template, status=status, **context)

    def text(self, template: str, *, block: str = "", **context: Shown) -> str:
        """The template as text, with everything the shell adds to its context."""
        token = viewing.set(
            Viewing(
                base=self.base,
                here=self.here,
                zone=zone_of(self.actor),
                csrf=csrf.token(self.request),
                mark="" if self.kind == "full" else f"{next(_PARTS):x}-",
            )
        )
        try:
            own = self._context()
            if taken := (own.keys() & context.keys()) - PER_PAGE:
                raise TypeError(f"{template}: the shell has names of its own for {', '.join(sorted(taken))}")
            return render(template, own | context, block)
        finally:
            viewing.reset(token)

    def json(self, data: object, *, status: int = 200) -> Response:
        """An element's answer."""
        response = Response(orjson.dumps(data, default=str), status, media_type="application/json")
        response.headers["Vary"] = "Accept, HX-Request-Type"
        return response

    def redirect(self, path: str, *, flash: str = "", tone: str = "good", status: int = 303) -> Response:
        """On to another page of the organization (`@/…` leads outside it), with a sentence to show there."""
        address = path[1:] if path.startswith("@") else f"{self.base}{path}"
        if self.request.headers.get("hx-request") == "true":
            response = Response(status_code=200, headers={"HX-Redirect": address})
        else:
            response = Response(status_code=status, headers={"Location": address})
        if flash:
            _flash(response, flash, tone)
        return response

    def done(self, path: str, *, flash: str = "", data: object = None) -> Response:
        """A verb succeeded: JSON for our elements, else on to `path` with a sentence."""
        if self.wants_json:
            return self.json(data if data is not None else {"done": flash})
        return self.redirect(path, flash=flash)

    async def fields(self) -> FormData:
        """The posted form as it is, for forms whose fields are not known beforehand."""
        if self.typed is None:
            self.typed = await self.request.form(
                max_files=csrf.MAX_FILES, max_fields=csrf.MAX_FIELDS, max_part_size=csrf.MAX_FIELD_BYTES
            )
        return self.typed

    async def form(self, model: type[Model]) -> Model:
        """The posted form as a model, or Invalid with a sentence for each wrong field."""
        return forms.parse(model, await self.fields(), zone_of(self.actor))

    async def upload(self, name: str, *, max_bytes: int, required: bool = True) -> Upload | None:
        """One posted file, bounded; None when it was left out and may be."""
        found = (await self.fields()).get(name)
        if not isinstance(found, UploadFile) or not found.filename:
            if required:
                raise Invalid({name: "Choose a file."})
            return None
        content = await found.read(max_bytes + 1)
        if len(content) > max_bytes:
            limit = f"{max_bytes // 1_048_576} MB" if max_bytes >= 1_048_576 else f"{max_bytes // 1024} kB"
            raise TooLarge(f"{found.filename} is larger than {limit}. Nothing was kept.")
        return Upload(name=found.filename, media_type=found.content_type or "", content=content)

    def keep(self, response: Response, name: str, value: str, *, path: str = "/") -> None:
        """Keep a choice of this reader in their browser for a year."""
        response.set_cookie(
            name, value, max_age=YEAR, secure=shell().secure, httponly=True, samesite="lax", path=path
        )

    def if_refused(self, again: Again) -> None:
        """How to show this page again with the refusal in it; without it people get an error page."""
        self.again = again

    def refusal(self, failure: Refused) -> Refusal:
        """A refusal with what was typed, for templates."""
        return Refusal(
            code=failure.code,
            message=failure.message,
            status=failure.status,
            fields={each.field: each.message for each in failure.fields},
            obstacles=tuple(failure.obstacles),
            values=forms.kept_values(self.typed),
        )

    def _context(self) -> dict[str, object]:
        settings, cookies = shell(), self.request.cookies
        theme, density = cookies.get("cutwater_theme", ""), cookies.get("cutwater_density", "")
        return {
            "view": self,
            "actor": self.actor,
            "inside": bool(self.base),
            "here": self.here,
            "now": viewing.get().now,
            "drawer": self.kind == "drawer",
            "flash": flash.read(self.request),
            "refusal": None,
            "theme": theme if theme in THEMES else "system",
            "density": density if density in DENSITIES else "compact",
            "single_keys": cookies.get("cutwater_keys") != "off",
            "csrf_token": viewing.get().csrf,
            "rail": nav.visible_to(self.actor, settings.declared.nav),
            "commands": nav.commands_for(self.actor, settings.declared.commands),
            "palette": nav.palette(self.actor, settings.declared.nav, settings.declared.commands, self.base),
            "links": settings.links,
            "reload": settings.development,
        }

    def _html(self, text: str, status: int, *, keep_flash: bool) -> Response:
        response = HTMLResponse(text, status)
        response.headers["Vary"] = "HX-Request-Type, Accept"
        response.headers["Cache-Control"] = "no-store" if self.actor else "no-cache"
        csrf.keep_binding(self.request, response)
        if not keep_flash and flash.COOKIE in self.request.cookies:
            flash.clear(response)
        return response


def _flash(response: Response, text: str, tone: str) -> None:
    flash.put(response, text, tone)


async def current_view(request: Request, actor: CurrentActor) -> ShellView:
    """The view of somebody signed in, in an organization."""
    return ShellView(request, actor)


async def public_view(request: Request, actor: Visitor) -> ShellView:
    """The view of anybody: signed in or not, in an organization or not."""
    return ShellView(request, actor)


View = Annotated[ShellView, Depends(current_view)]
PublicView = Annotated[ShellView, Depends(public_view)]
