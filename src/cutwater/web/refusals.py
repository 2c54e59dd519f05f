"""What people see when something is refused or breaks: what happened, what was kept, what to do."""

import re
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import Response

from cutwater.kernel import http, log
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Refused, Unauthenticated
from cutwater.kernel.problem import error_body
from cutwater.web.templating import shell
from cutwater.web.view import ShellView

HEADINGS = {
    400: (
        "Some of this needs a correction",
        "Go back: what you typed is still there. Correct it and send it again.",
    ),
    403: ("You may not do this", "Nothing was changed. Ask somebody who can, or go back."),
    404: (
        "There is nothing here",
        "The address may be mistyped, or it belongs to an organization you are not in.",
    ),
    405: (
        "That cannot be done at this address",
        "Nothing was changed. Go back and use the buttons of the page.",
    ),
    409: ("Not now", "Nothing was changed. Clear what is in the way, then try again."),
    412: (
        "Somebody changed this before you",
        "Nothing of yours was applied. Look at the new state, then decide.",
    ),
    413: ("That is too large", "Nothing was kept. Send a smaller file, or split it."),
    429: ("Slow down a little", "Nothing was changed. Wait a moment, then try again."),
    500: (
        "Something broke on our side",
        "Nothing was changed. Try again; if it stays, tell an admin the number below.",
    ),
    503: (
        "A part of Cutwater is not there",
        "Nothing was changed. It is being restarted; try again in a moment.",
    ),
}
INSIDE = re.compile(r"/o/([^/]+)/")
BARE = {status.phrase.lower() for status in HTTPStatus}


async def refused_page(request: Request, failure: Exception) -> Response:
    """Answer every expected exception of the pages: JSON for elements, the same page with the reasons, or an
    error page; strangers go to sign-in."""
    found = http.refused(failure, request)
    view = await _view_of_whoever(request) if found.status == HTTPStatus.NOT_FOUND else _view(request)
    if view.wants_json:
        body = error_body(found.code, found.message, found.fields, found.obstacles)
        return _with_headers(view.json(body, status=found.status), found)
    if isinstance(found, Unauthenticated):
        return sign_in_first(view)
    again, view.again = view.again, None
    if again is None:
        return _with_headers(error_page(view, found), found)
    try:
        response = await again(view.refusal(found))
    except http.EXPECTED as deeper:
        return _with_headers(error_page(view, http.refused(deeper, request)), found)
    if response.status_code == 200:
        response.status_code = found.status
    return _with_headers(response, found)


async def crashed_page(request: Request, failure: Exception) -> Response:
    """Answer a bug: logged with its trace, told with the request's id only."""
    log.logger(__name__).error("crash", path=http.loggable(request.scope), exc_info=failure)
    found = Refused("Something broke on our side. Nothing was changed; the request id helps to find it.")
    found.status, found.code = 500, "INTERNAL"
    view = _view(request)
    if view.wants_json:
        return view.json(error_body(found.code, found.message), status=500)
    return error_page(view, found)


def error_page(view: ShellView, found: Refused) -> Response:
    """An error in the shell, or its bare block when htmx or a drawer asked."""
    heading, advice = HEADINGS.get(found.status, HEADINGS[500 if found.status >= 500 else 400])
    return view.show(
        "error.html",
        block="content",
        status=found.status,
        heading=heading,
        says_more=found.message.lower() not in BARE,
        advice=advice,
        refusal=view.refusal(found),
        request_id=log.request_id.get(),
    )


def sign_in_first(view: ShellView) -> Response:
    """Off to sign in, and back here afterwards when here is a page."""
    where = shell().links["sign_in"]
    if view.request.method == "GET" and view.kind == "full":
        where += f"?next={quote(view.here)}"
    return view.redirect(where)


def _view(request: Request) -> ShellView:
    found = getattr(request.state, "view", None)
    return found if isinstance(found, ShellView) else ShellView(request, None)


async def _view_of_whoever(request: Request) -> ShellView:
    """The view where no route has looked who is there: people who mistype an address keep their shell."""
    found = _view(request)
    if found.actor is not None:
        return found
    inside = INSIDE.match(request.url.path)
    if inside:
        request.scope["path_params"] = {"organization": inside[1]}
    actor: Actor | None = await request.app.state.authenticate(request, needs_organization=False)
    if actor is not None and not actor.grants:
        actor = replace(actor, organization="", organization_id=None)
    return ShellView(request, actor)


def _with_headers(response: Response, found: Refused) -> Response:
    for name, value in found.headers.items():
        response.headers.setdefault(name, value)
    return response
