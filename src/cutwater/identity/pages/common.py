"""What identity's pages share."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from fastapi.responses import Response

from cutwater.identity.accounts import ZONES
from cutwater.identity.api.common import address_of
from cutwater.identity.authentication import config_of, keep_session, session_token
from cutwater.identity.service.sessions import SignedIn
from cutwater.kernel import clock
from cutwater.web import PublicView, Refusal, View


async def _no_refusal() -> None:
    """A page that is asked for has none; a page that is shown again is given one."""


Refusing = Annotated[Refusal | None, Depends(_no_refusal)]


@asynccontextmanager
async def at_least(*, seconds: float) -> AsyncIterator[None]:
    """Take so long in any case, so that the time does not tell whether there was anything to do."""
    began = monotonic()
    yield
    await asyncio.sleep(began + seconds - monotonic())


def safe_next(path: str) -> str:
    """Where to go after signing in: a path of ours, never another site."""
    parts = urlsplit(path)
    ours = (
        path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    )
    return path if ours and "\\" not in path else "/"


def browser(request: Request) -> dict[str, str]:
    """What a new session keeps of the browser that starts it, and the session it had before."""
    return {
        "browser": request.headers.get("user-agent", ""),
        "address": address_of(request),
        "before": session_token(request),
    }


def signed_in(
    request: Request, view: PublicView | View, session: SignedIn, path: str, flash: str = ""
) -> Response:
    """On to a page, with the session's cookie."""
    response = view.redirect(f"@{path}", flash=flash)
    keep_session(response, config_of(request), session.token)
    return response


def zone_options() -> list[tuple[str, str]]:
    """Time zones to choose from, with what they are ahead of UTC now."""
    areas = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
    names = sorted(zone for zone in ZONES if zone.split("/")[0] in areas and "/" in zone)
    now = clock.now()
    return [("UTC", "UTC")] + [
        (name, f"{name.replace('_', ' ')} ({now.astimezone(ZoneInfo(name)).strftime('%z')})")
        for name in names
    ]
