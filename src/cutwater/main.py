"""Two apps: pages at `/` (HTML, cookies, CSRF), and `/api/v1` mounted in it (JSON, tokens, OpenAPI)."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI, Request
from fastapi.responses import Response
from fastapi.telemetry import TelemetryConfig
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount
from starlette.types import ASGIApp

from cutwater import __version__, demo, runtime, web, wiring, worker
from cutwater.identity.sessions.service import authentication as identity
from cutwater.kernel import bodies, health, http, idempotency, log, problem
from cutwater.kernel.actor import Actor
from cutwater.kernel.settings import Settings, settings

QUIET: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False}


class WholeMount(Mount):
    """Takes every address below it; Starlette's own leaves out those with an encoded line break."""

    def __init__(self, path: str, app: ASGIApp) -> None:
        super().__init__(path, app)
        self.path_regex = re.compile(self.path_regex.pattern, re.DOTALL)


def create_app(config: Settings) -> FastAPI:
    """The whole platform as one ASGI app; its lifespan owns the database, the queue and the live hub."""
    log.configure(level=config.log_level, style=config.log_format)
    wiring.declare()
    wiring.configure_shell(config)
    api = api_app()
    pages = FastAPI(
        title="Cutwater",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        telemetry=QUIET,
        dependencies=[Depends(web.check_csrf)],
    )
    prepare(pages, config, authenticate=identity.authenticate_page, refused=web.refused_page)
    prepare(api, config, authenticate=identity.authenticate_api, refused=http.api_refusal)
    api.add_exception_handler(Exception, http.api_crash)
    # routes are tried in order: what has a prefix of its own is not asked for every page first
    pages.router.routes.append(WholeMount("/api/v1", api))
    pages.mount("/static", web.Static())
    pages.include_router(health.router)
    wiring.include(pages, api)
    pages.state.api = api
    pages.add_middleware(bodies.BoundedBody, upload_limit_mb=config.upload_limit_mb)
    pages.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    secure = config.base_url.startswith("https://")
    pages.add_middleware(http.Envelope, secure=secure, crashed=web.crashed_page)
    return pages


def prepare(
    app: FastAPI,
    config: Settings,
    *,
    authenticate: object,
    refused: Callable[[Request, Exception], Awaitable[Response]],
) -> None:
    """What both apps have: settings, who is acting, and one answer to every expected exception."""
    app.state.settings = config
    app.state.authenticate = authenticate
    app.state.before_verb = before_verb
    app.add_exception_handler(idempotency.Replay, replay)
    for kind in http.EXPECTED:
        app.add_exception_handler(kind, refused)


def api_app() -> FastAPI:
    """The JSON API: `{data, meta, links}` out, one error shape, OpenAPI 3.1."""
    api = FastAPI(
        title="Cutwater API",
        version=__version__,
        description="Plan the sprint, coordinate the release, run the cutover: every verb of the pages.",
        docs_url=None,
        redoc_url=None,
        servers=[{"url": "/api/v1"}],
        telemetry=QUIET,
        responses=problem.ERRORS,
    )
    problem.say_what_is_answered(api)
    return api


@asynccontextmanager
async def lifespan(pages: FastAPI) -> AsyncIterator[None]:
    """Everything a web process runs on, for both apps."""
    config: Settings = pages.state.settings
    stop = asyncio.Event()
    async with runtime.running(config) as process:
        for app in (pages, pages.state.api):
            app.state.database, app.state.limiter, app.state.hub = (
                process.database,
                process.limiter,
                process.hub,
            )
        following = asyncio.create_task(process.hub.run())
        if config.demo:
            pages.state.demo_accounts = demo.ACCOUNTS
            demo.announce(config, was_made=await demo.build_once(process.database))
        working = asyncio.create_task(worker.work(process, stop)) if config.worker else None
        yield
        stop.set()
        process.hub.close()
        await following
        if working is not None:
            await working


async def before_verb(request: Request, actor: Actor, tx: AsyncSession) -> None:
    """What happens first in every transaction of a request."""
    await idempotency.claim(request, actor, tx)


async def replay(_request: Request, again: Exception) -> Response:
    """The answer that a repeated request already had."""
    response: Response = again.response  # type: ignore[attr-defined]
    return response


def app() -> FastAPI:
    """The app for `uvicorn --factory`, which `cutwater dev` uses to reload it."""
    return create_app(settings())
