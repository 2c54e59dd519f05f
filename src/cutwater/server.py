"""uvicorn in our own process: one process owns the database, the live hub, the queue and the signals."""

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI

from cutwater.kernel import log
from cutwater.kernel.settings import Settings

KEEP_ALIVE_SECONDS = 75  # longer than proxies keep theirs: else one sends into a connection that just closed


class Server(uvicorn.Server):
    """Closes the live streams first: otherwise shutdown would wait for browsers that never hang up."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM and SIGINT: end every stream, then the server."""
        # config.app is ours; loaded_app is wrapped in middleware that has no state
        hub = getattr(getattr(self.config.app, "state", None), "hub", None)
        if hub is not None:
            hub.close()
        super().handle_exit(sig, frame)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are ours from before the start until after the end, see `serve`; uvicorn would raise them
        again while PostgreSQL is still to be stopped."""
        yield


def listening(settings: Settings) -> tuple[socket.socket, Settings]:
    """A bound socket, and the settings with the port it really has; one line when the port is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    bound = socket.socket(family)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((settings.host, settings.port))
    except OSError as failure:
        raise RuntimeError(
            f"cannot listen on {settings.host} port {settings.port} ({failure.strerror}); "
            "end what uses it, or choose another with --port"
        ) from failure
    return bound, settings.model_copy(update={"port": bound.getsockname()[1]})


def loaded(settings: Settings) -> FastAPI:
    """The app. What is loaded stays for good, so the collector neither looks while it loads (a fifth of the
    time) nor walks through it ever after."""
    gc.disable()
    try:
        from cutwater.main import create_app

        return create_app(settings)
    finally:
        gc.freeze()
        gc.enable()


def serve(settings: Settings) -> int:
    """Serve until a signal; gives the exit code."""
    bound, settings = listening(settings)
    app = loaded(settings)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http="httptools",
        timeout_graceful_shutdown=5,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        forwarded_allow_ips=settings.trusted_proxies,
        server_header=False,
        lifespan="off",
    )
    server = Server(config)
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, server.handle_exit)
    with bound, asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(run(app, server, bound))
    return 0 if server.started else 1


async def run(app: FastAPI, server: Server, bound: socket.socket) -> None:
    """The app's lifespan around the server: what fails at the start is the caller's to say in one line."""
    async with app.router.lifespan_context(app):
        log.logger(__name__).info("serving", address=app.state.settings.base_url, port=bound.getsockname()[1])
        await server.serve(sockets=[bound])


def develop(settings: Settings) -> int:
    """Serve the demo and start again whenever a Python file changes; templates and assets are read anew."""
    os.environ.update(  # allow: environ — the reloaded process reads its settings from there
        CUTWATER_DEMO="true",
        CUTWATER_RELOAD="true",
        CUTWATER_DATA_FOLDER=str(settings.data_folder),
        CUTWATER_HOST=settings.host,
        CUTWATER_PORT=str(settings.port),
        DATABASE_URL="",
    )
    uvicorn.run(
        "cutwater.main:app",
        factory=True,
        host=settings.host,
        port=settings.port,
        reload=True,
        reload_dirs=[str(Path(__file__).parent)],
        timeout_graceful_shutdown=1,
    )
    return 0
