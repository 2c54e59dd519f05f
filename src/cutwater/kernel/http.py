"""What every request gets: an id, a line in the log, security headers, and errors in one shape."""

import re
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import psycopg
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cutwater.kernel import log
from cutwater.kernel.errors import Invalid, Refused, Stale, Unavailable
from cutwater.kernel.ids import new_id
from cutwater.kernel.metrics import REQUESTS
from cutwater.kernel.problem import error_body, invalid

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
HEADERS = {
    b"content-security-policy": CSP.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cache-control": b"no-store",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
}
UNREADABLE = "There was an error parsing the body"  # as FastAPI says it, of JSON beyond its means
OUR_FAULT = (psycopg.errors.NotNullViolation, psycopg.errors.CheckViolation)  # a bug, not somebody faster
_SAFE_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")


class Envelope:
    """ASGI middleware around everything: request id, security headers, one log line and one metric.

    A crash is answered here, by `crashed`: Starlette's own place for it lies outside, where the answer would
    have neither the headers nor the id.
    """

    def __init__(self, app: ASGIApp, *, secure: bool, crashed: "Handler") -> None:
        self.app = app
        self.crashed = crashed
        self.extra = list(HEADERS.items())
        if secure:
            self.extra.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        identity = given if _SAFE_ID.fullmatch(given) else f"req_{new_id().hex}"
        token = log.request_id.set(identity)
        started, status, begun = time.perf_counter(), 500, False

        async def sending(message: Message) -> None:
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
    def _account(scope: Scope, status: int, seconds: float) -> None:
        pattern = pattern_of(scope)
        REQUESTS.labels(scope["method"], pattern or "unmatched", str(status)).observe(seconds)
        if pattern not in ("/health/live", "/health/ready", "/metrics"):
            log.logger("cutwater.request").info(
                "request",
                method=scope["method"],
                path=loggable(scope),
                status=status,
                ms=round(seconds * 1000, 1),
            )


def pattern_of(scope: Scope) -> str:
    """The route's path with the names of its parts, once a route was found."""
    route = scope.get("route")
    return scope.get("root_path", "") + route.path if route is not None else ""


def loggable(scope: Scope) -> str:
    """The address as the log may keep it: whoever reads the log gets no mailed secret."""
    pattern = pattern_of(scope)
    return pattern if "{token}" in pattern else str(scope["path"])


def refused(failure: Exception, request: Request) -> Refused:
    """An expected exception as a refusal; the pages and the API answer from it."""
    if isinstance(failure, Refused):
        if isinstance(failure, Stale) and request.headers.get("if-match"):
            failure.status = 412
        return failure
    if isinstance(failure, RequestValidationError):
        return invalid(failure.errors())
    if isinstance(failure, HTTPException):
        if isinstance(failure.__cause__, Refused):  # refused while FastAPI read the body
            return failure.__cause__
        if failure.status_code == 400 and failure.detail == UNREADABLE:
            return Invalid({"body": "The body could not be read; send valid JSON, in UTF-8."})
        found = Refused(str(failure.detail))
        found.status, found.code = failure.status_code, _code_of(failure.status_code)
        found.headers = dict(failure.headers or {})
        if failure.status_code == 405:
            found.headers["Allow"] = ", ".join(allowed_methods(request))
        return found
    if isinstance(failure, IntegrityError) and not isinstance(failure.orig, OUR_FAULT):
        return _integrity(failure)
    if isinstance(failure, OperationalError | psycopg.OperationalError | PoolTimeout):
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


def _code_of(status: int) -> str:
    ours = {400: "VALIDATION_ERROR", 401: "UNAUTHENTICATED"}
    return ours.get(status) or HTTPStatus(status).phrase.upper().replace(" ", "_")


def _integrity(failure: DBAPIError) -> Refused:
    detail = getattr(getattr(failure.orig, "diag", None), "message_detail", None) or ""
    log.logger(__name__).warning("constraint_refused", detail=detail)
    found = Refused(
        "Somebody else changed this at the same moment, or it exists already. Nothing was changed."
    )
    found.status, found.code = 409, "CONFLICT"
    return found


async def api_refusal(request: Request, failure: Exception) -> Response:
    """The API's answer to every expected exception."""
    found = refused(failure, request)
    message = found.message
    if isinstance(failure, HTTPException) and message == HTTPStatus(found.status).phrase:
        allow = found.headers.get("Allow")
        message = f"This address takes {allow}." if allow else "There is no such address; see /api/docs."
    body = error_body(found.code, message, found.fields, found.obstacles)
    return JSONResponse(body, found.status, found.headers)


async def api_crash(request: Request, failure: Exception) -> Response:
    """The API's answer to a bug: logged with its trace, told with the request's id only."""
    log.logger(__name__).error("crash", path=loggable(request.scope), exc_info=failure)
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
    PoolTimeout,
)
