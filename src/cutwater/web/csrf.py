"""No page of another site may post in somebody's name."""

import secrets
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from fastapi import Request
from starlette.responses import Response

from cutwater.kernel import crypto
from cutwater.kernel.errors import Forbidden
from cutwater.web.templating import shell

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_FIELDS, MAX_FILES, MAX_FIELD_BYTES = 5000, 20, 4 * 1024 * 1024
_EXPIRED = "This form is too old, or came from another sign-in. Reload the page and send it again."
_FOREIGN = "This request came from another site, so it was not carried out."


def token(request: Request) -> str:
    """The token this browser's forms must carry: bound to its session cookie, or to a pre-session one."""
    return crypto.sign(shell().secrets, "csrf", _binding(request))


def keep_binding(request: Request, response: Response) -> None:
    """Give a browser without a session the cookie its forms are bound to."""
    fresh = getattr(request.state, "fresh_binding", None)
    if fresh:
        name, _, value = fresh.partition("=")
        response.set_cookie(
            name, value, max_age=86_400, httponly=True, secure=shell().secure, samesite="lax", path="/"
        )


async def check_csrf(request: Request) -> AsyncIterator[None]:
    """A dependency of the whole pages app: every unsafe request must come from our own pages.

    A form that was read is closed when the request ends, with the files that came in it.
    """
    if request.method not in SAFE:
        await _check(request)
    try:
        yield
    finally:
        await request.close()


async def _check(request: Request) -> None:
    _check_site(request)
    given = request.headers.get("x-csrf-token", "")
    if not given and _is_form(request):
        form = await request.form(max_files=MAX_FILES, max_fields=MAX_FIELDS, max_part_size=MAX_FIELD_BYTES)
        value = form.get("_csrf", "")
        given = value if isinstance(value, str) else ""
    keys = shell().secrets
    if not any(crypto.verifies(keys, "csrf", bound, given) for bound in _bindings(request)):
        raise Forbidden(_EXPIRED)


def _check_site(request: Request) -> None:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise Forbidden(_FOREIGN)
        return
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower():
        raise Forbidden(_FOREIGN)


def _is_form(request: Request) -> bool:
    kind = request.headers.get("content-type", "")
    return kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data"))


def _bindings(request: Request) -> list[str]:
    """What the forms of this browser are bound to: its session, or every cookie it got without one."""
    for name in shell().session_cookies:
        if value := request.cookies.get(name):
            return [f"{name}={value}"]
    prefix = f"{_cookie()}_"
    return [f"{name}={value}" for name, value in request.cookies.items() if value and name.startswith(prefix)]


def _cookie() -> str:
    return "__Host-cutwater_pre" if shell().secure else "cutwater_pre"


def _binding(request: Request) -> str:
    known = _bindings(request)
    if known:
        return known[0]
    fresh: str | None = getattr(request.state, "fresh_binding", None)
    if fresh is None:
        # a name of its own: two first pages at once (tabs that a browser restores, a panel of a page whose
        # session ended) must not take each other's cookie, or the form of one would be refused
        fresh = f"{_cookie()}_{secrets.token_hex(4)}={secrets.token_urlsafe(24)}"
        request.state.fresh_binding = fresh
    return fresh
