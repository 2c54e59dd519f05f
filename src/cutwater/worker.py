"""Runs background jobs: beside the web server, or alone on as many machines as it takes."""

import asyncio
import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import procrastinate
from prometheus_client import start_http_server

from cutwater import audit
from cutwater.kernel import log
from cutwater.kernel.queue import queue_app
from cutwater.kernel.settings import Settings, SettingsError
from cutwater.runtime import Runtime, running

LOST_SECONDS = 30.0
"""A worker says every ten seconds that it lives; after this long without a word its jobs are taken over."""
RESCUE_SECONDS = 10.0
DRAIN_SECONDS, SHUTDOWN_SECONDS = 10.0, 15.0


async def work(runtime: Runtime, stop: asyncio.Event) -> None:
    """Run jobs, and seal the log every few seconds, until `stop`; running jobs get ten seconds to end."""
    queue = queue_app(
        runtime.queue_conninfo, runtime.queue_role, runtime.database, runtime.settings, runtime.ports
    )
    sealing = asyncio.create_task(audit.sealing_loop(runtime.database, runtime.settings, stop))
    async with queue.open_async():
        tasks = {
            asyncio.create_task(_run(queue, runtime.settings, stop)),
            asyncio.create_task(_rescuing(queue)),
        }
        await stop.wait()
        for each in tasks:
            each.cancel()
        _, stuck = await asyncio.wait(tasks, timeout=SHUTDOWN_SECONDS)
        if stuck:
            log.logger(__name__).warning("worker_left_behind", tasks=len(stuck))
    await sealing


async def _run(queue: procrastinate.App, settings: Settings, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await queue.run_worker_async(
                concurrency=settings.worker_concurrency,
                install_signal_handlers=False,
                shutdown_graceful_timeout=DRAIN_SECONDS,
                delete_jobs="successful",
            )
        except (procrastinate.exceptions.ConnectorException, OSError) as failure:
            log.logger(__name__).warning("worker_lost_the_database", reason=str(failure.__cause__ or failure))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 1)


async def _rescuing(queue: procrastinate.App) -> None:
    while True:
        try:
            await rescue(queue)
        except (procrastinate.exceptions.ConnectorException, OSError) as failure:
            log.logger(__name__).warning("worker_lost_the_database", reason=str(failure.__cause__ or failure))
        await asyncio.sleep(RESCUE_SECONDS)


async def rescue(queue: procrastinate.App) -> int:
    """Queue again what a worker was doing that is gone (killed, or its machine lost); how many jobs."""
    lost = list(await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=LOST_SECONDS))
    for each in lost:
        log.logger(__name__).warning("job_rescued", job=each.id, task=each.task_name)
        await queue.job_manager.retry_job(each)
    return len(lost)


@contextmanager
def metrics_shown(settings: Settings) -> Iterator[None]:
    """Let Prometheus scrape a worker of its own meanwhile, where the settings ask for it."""
    if not settings.worker_metrics_port:
        yield
        return
    try:
        server, thread = start_http_server(settings.worker_metrics_port, settings.host)
    except OSError as failure:
        raise SettingsError(
            f"CUTWATER_WORKER_METRICS_PORT: cannot listen on {settings.host} port "
            f"{settings.worker_metrics_port} ({failure.strerror})"
        ) from failure
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def serve(settings: Settings) -> int:
    """A worker process of its own; gives the exit code."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    with metrics_shown(settings):
        async with running(settings) as runtime:
            logging.getLogger(__name__).info("worker is ready")
            await work(runtime, stop)
    return 0
