"""One sentence that survives a redirect, in a short signed cookie."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

from fastapi import Request
from starlette.responses import Response

from cutwater.kernel import crypto
from cutwater.web.templating import shell

COOKIE = "cutwater_flash"


def put(response: Response, text: str, tone: str = "good") -> None:
    """Leave a sentence for the next page this browser opens."""
    body = urlsafe_b64encode(json.dumps([tone, text[:500]]).encode()).decode().rstrip("=")
    response.set_cookie(
        COOKIE,
        f"{body}.{crypto.sign(shell().secrets, 'flash', body)}",
        max_age=60,
        httponly=True,
        secure=shell().secure,
        samesite="lax",
        path="/",
    )


def read(request: Request) -> dict[str, str] | None:
    """The sentence left for this page, if it is ours."""
    body, _, signature = request.cookies.get(COOKIE, "").partition(".")
    if not signature.isascii() or not crypto.verifies(shell().secrets, "flash", body, signature):
        return None
    tone, sentence = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return {"tone": tone, "text": sentence}


def clear(response: Response) -> None:
    """Forget it once it was shown."""
    response.delete_cookie(COOKIE, path="/", secure=shell().secure, httponly=True, samesite="lax")
