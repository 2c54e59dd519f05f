"""The worker's side of jobs: the queue with every declared job registered, each run in its organization."""

import inspect
from uuid import UUID

import procrastinate

from cutwater.kernel import log
from cutwater.kernel.connections import RECONNECT_SECONDS
from cutwater.kernel.db import Database
from cutwater.kernel.dbroles import Connection
from cutwater.kernel.dbroles import become as become_role
from cutwater.kernel.jobs import JOBS, JobRun, Registered, Work
from cutwater.kernel.jsonable import JSON
from cutwater.kernel.metrics import JOB_RUNS
from cutwater.kernel.settings import Settings


def queue_app(
    conninfo: str, role: str, database: Database, settings: Settings, ports: dict[type, object]
) -> procrastinate.App:
    """A worker's queue, on a pool of its own in the worker's role, with every declared job registered."""

    async def become(connection: Connection) -> None:
        await become_role(connection, role)
        await connection.commit()  # allow: commit — a pool refuses connections inside a transaction

    size = settings.worker_concurrency + 2
    connector = procrastinate.PsycopgConnector(
        conninfo=conninfo,
        min_size=1,
        max_size=size,
        configure=become,
        reconnect_timeout=RECONNECT_SECONDS,
    )
    app = procrastinate.App(connector=connector)
    for each in JOBS.values():
        _register(app, each, database, settings, ports)
    return app


def _register(
    app: procrastinate.App,
    each: Registered,
    database: Database,
    settings: Settings,
    ports: dict[type, object],
) -> None:
    async def run(
        context: procrastinate.JobContext, /, timestamp: int | None = None, **arguments: JSON
    ) -> None:
        organization = arguments.get("organization_id")
        current = JobRun(
            name=each.name,
            database=database,
            settings=settings,
            ports=ports,
            organization_id=UUID(str(organization)) if organization else None,
            attempt=context.job.attempts + 1,
        )
        token = log.request_id.set(f"job-{context.job.id}")
        outcome = "failed"
        try:
            await each.work(current, **_typed(each.work, arguments))
            outcome = "done"
        except Exception:
            log.logger(__name__).warning(
                "job_failed", job=each.name, attempt=current.attempt, of=each.retries + 1, exc_info=True
            )
            raise
        finally:
            JOB_RUNS.labels(each.name, outcome).inc()
            log.request_id.reset(token)

    retry = (
        procrastinate.RetryStrategy(max_attempts=each.retries, exponential_wait=2) if each.retries else False
    )
    task = app.task(name=each.name, queue=each.queue, retry=retry, pass_context=True)(run)
    if each.cron:
        app.periodic(cron=each.cron, periodic_id=each.name)(task)


IDS = (UUID, UUID | None)


def _typed(work: Work, arguments: dict[str, JSON]) -> dict[str, object]:
    wanted = inspect.signature(work).parameters
    return {
        key: UUID(str(value))
        if value is not None and key in wanted and wanted[key].annotation in IDS
        else value
        for key, value in arguments.items()
    }
