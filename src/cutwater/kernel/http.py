"""What every request gets: an id, a line in the log, security headers, and errors in one shape."""

import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import psycopg
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from cutwater.kernel import log
from cutwater.kernel.errors import FieldError, Invalid, Refused, Stale, Unavailable
from cutwater.kernel.ids import new_id
from cutwater.kernel.metrics import REQUESTS
from cutwater.kernel.problem import error_body

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
HEADERS = {
    b"content-security-policy": CSP.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
}
_SAFE_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")


class Envelope:
    """ASGI middleware around everything: request id, security headers, one log line and one metric.

    A crash is answered here, by `crashed`: Starlette's own place for it lies outside, where the answer would
    have neither the headers nor the id.
    """

    def __init__(self, app: Any, *, secure: bool, crashed: "Handler") -> None:
        self.app = app
        self.crashed = crashed
        self.extra = list(HEADERS.items())
        if secure:
            self.extra.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        identity = given if _SAFE_ID.fullmatch(given) else f"req_{new_id().hex}"
        token = log.request_id.set(identity)
        started, status, begun = time.perf_counter(), 500, False

        async def sending(message: Any) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                status, begun = message["status"], True
                present = {name.lower() for name, _ in message["headers"]}
                added = [pair for pair in self.extra if pair[0] not in present]
                message["headers"] = [*message["headers"], *added, (b"x-request-id", identity.encode())]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception as failure:
            if begun:
                raise
            await (await self.crashed(Request(scope, receive), failure))(scope, receive, sending)
        finally:
            self._account(scope, status, time.perf_counter() - started)
            log.request_id.reset(token)

    @staticmethod
    def _account(scope: Any, status: int, seconds: float) -> None:
        route = scope.get("route")
        path = scope.get("root_path", "") + route.path if route is not None else "unmatched"
        REQUESTS.labels(scope["method"], path, str(status)).observe(seconds)
        if path not in ("/health/live", "/health/ready", "/metrics"):
            log.logger("cutwater.request").info(
                "request",
                method=scope["method"],
                path=scope["path"],
                status=status,
                ms=round(seconds * 1000, 1),
            )


def refused(failure: Exception, request: Request) -> Refused:
    """Any expected exception as a refusal; the pages and the API answer from it."""
    if isinstance(failure, Refused):
        if isinstance(failure, Stale) and request.headers.get("if-match"):
            failure.status = 412
        return failure
    if isinstance(failure, RequestValidationError):
        return invalid(failure.errors())
    if isinstance(failure, HTTPException):
        found = Refused(str(failure.detail))
        found.status, found.code = failure.status_code, _CODES.get(failure.status_code, "REFUSED")
        found.headers = dict(failure.headers or {})
        if failure.status_code == 405:
            found.headers["Allow"] = ", ".join(allowed_methods(request))
        return found
    if isinstance(failure, IntegrityError):
        return _integrity(failure)
    if isinstance(failure, OperationalError | psycopg.OperationalError):
        return Unavailable("The database did not answer. Nothing was changed; try again.")
    raise failure


def allowed_methods(request: Request) -> list[str]:
    """Every method this address takes; Starlette's own header names those of the first route only."""
    methods = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
    return [
        method
        for method in methods
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.router.routes
        )
    ]


_CODES = {
    401: "UNAUTHENTICATED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    400: "VALIDATION_ERROR",
}


def _integrity(failure: DBAPIError) -> Refused:
    detail = getattr(getattr(failure.orig, "diag", None), "message_detail", None) or ""
    log.logger(__name__).warning("constraint_refused", detail=detail)
    found = Refused(
        "Somebody else changed this at the same moment, or it exists already. Nothing was changed."
    )
    found.status, found.code = 409, "CONFLICT"
    return found


def invalid(problems: Sequence[Any]) -> Invalid:
    """Pydantic's problems as fields with sentences."""
    return Invalid([FieldError(_field(each["loc"]), sentence(each)) for each in problems])


def _field(location: Sequence[Any]) -> str:
    parts = [str(part) for part in location if part not in ("body", "query", "path", "header")]
    return ".".join(parts) or "body"


def sentence(problem: Any) -> str:
    """One pydantic problem as a sentence that names the fix."""
    kind, limits = problem["type"], problem.get("ctx", {})
    known = {
        "missing": "This field is required.",
        "extra_forbidden": "This field is not known here; check its name.",
        "string_too_short": f"Use at least {limits.get('min_length')} characters.",
        "string_too_long": f"Use at most {limits.get('max_length')} characters.",
        "json_invalid": "The body is not valid JSON.",
        "enum": f"Use one of {limits.get('expected')}.",
        "literal_error": f"Use one of {limits.get('expected')}.",
        "greater_than_equal": f"Use {limits.get('ge')} or more.",
        "less_than_equal": f"Use {limits.get('le')} or less.",
        "uuid_parsing": "Use an id such as 019aa0c4-6f5e-7c53-8a4e-0d5f8a1b2c3d.",
    }
    text = known.get(kind) or str(problem["msg"]).removeprefix("Value error, ")
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


async def api_refusal(request: Request, failure: Exception) -> Response:
    """The API's answer to every expected exception."""
    found = refused(failure, request)
    body = error_body(found.code, found.message, found.fields, found.obstacles)
    return JSONResponse(body, found.status, found.headers)


async def api_crash(request: Request, failure: Exception) -> Response:
    """The API's answer to a bug: logged with its trace, told with the request's id only."""
    log.logger(__name__).error("crash", path=request.url.path, exc_info=failure)
    message = "Something broke on our side. Nothing was changed; the request id helps to find it."
    return JSONResponse(error_body("INTERNAL", message), 500)


Handler = Callable[[Request, Exception], Awaitable[Response]]
EXPECTED: tuple[type[Exception], ...] = (
    Refused,
    RequestValidationError,
    HTTPException,
    IntegrityError,
    OperationalError,
    psycopg.OperationalError,
)
