"""What a browser is given when it gets in."""

from fastapi import Request
from fastapi.responses import Response

from cutwater.identity.sessions.service.authentication import keep_session, session_token
from cutwater.identity.sessions.service.sessions import SignedIn
from cutwater.kernel.requests import address_of, settings_of
from cutwater.web import PublicView, View


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
    keep_session(response, settings_of(request), session.token)
    return response
