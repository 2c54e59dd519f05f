"""Work that happens afterwards: queued in the transaction that causes it, run by any worker."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

import procrastinate
import psycopg
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel import log
from cutwater.kernel.actor import Actor, job_actor
from cutwater.kernel.connections import RECONNECT_SECONDS
from cutwater.kernel.db import Database
from cutwater.kernel.dbroles import become as become_role
from cutwater.kernel.frozen import frozen
from cutwater.kernel.jsonable import JSON, jsonable
from cutwater.kernel.metrics import JOB_RUNS
from cutwater.kernel.reader import Reader, driver_connection
from cutwater.kernel.settings import Settings

P = TypeVar("P")
Work = Callable[..., Awaitable[None]]


@frozen
class JobRun:
    """What a job is given: the database in its organization, the settings, and the adapters of its ports."""

    name: str
    database: Database
    settings: Settings
    ports: dict[type, object]
    organization_id: UUID | None
    attempt: int = 1

    @property
    def actor(self) -> Actor:
        return job_actor(self.name, self.organization_id)

    @asynccontextmanager
    async def tx(self) -> AsyncIterator[AsyncSession]:
        """A transaction in the job's organization. Open it late and close it before any network call."""
        async with self.database.tx(self.organization_id) as session:
            yield session

    def reader(self) -> Reader:
        return self.database.reader(self.organization_id)

    def port(self, kind: type[P]) -> P:
        """The adapter that wiring bound to a port."""
        return cast(P, self.ports[kind])


@frozen
class Registered:
    """A job as declared: its function, queue, and how often it is tried."""

    name: str
    work: Work
    queue: str
    retries: int
    cron: str = ""


JOBS: dict[str, Registered] = {}


def job(name: str, *, queue: str = "default", retries: int = 8, cron: str = "") -> Callable[[Work], Work]:
    """Declare a job: `async def f(run, *, organization_id, …ids)`. It may run twice; make that harmless.

    Retries wait 2, 4, 8 … seconds. With `cron` it also runs by the clock, without an organization.
    """

    def declare(work: Work) -> Work:
        JOBS[name] = Registered(name=name, work=work, queue=queue, retries=retries, cron=cron)
        return work

    return declare


Options = dict[str, Any]  # allow: any — keyword arguments of Procrastinate, each of its own type


async def defer(
    tx: AsyncSession,
    name: str,
    *,
    schedule_at: datetime | None = None,
    queueing_lock: str | None = None,
    lock: str | None = None,
    **ids: object,
) -> bool:
    """Queue a job inside this transaction: it runs if, and only if, the transaction commits.

    With a queueing lock, False when the same work is queued already. Unknown names are refused.
    """
    if name not in JOBS:
        raise LookupError(f"no job is called {name}")
    options: Options = {"queue": JOBS[name].queue}
    if schedule_at is not None:
        options["schedule_at"] = schedule_at
    if lock is not None:
        options["lock"] = lock
    arguments = {key: jsonable(value) for key, value in ids.items()}
    if queueing_lock is None:
        await _send(tx, name, options, arguments)
        return True
    try:
        # a duplicate queueing lock aborts the transaction it happens in, so it gets one of its own
        async with tx.begin_nested():
            await _send(tx, name, options | {"queueing_lock": queueing_lock}, arguments)
    except AlreadyEnqueued:
        return False
    return True


async def _send(tx: AsyncSession, name: str, options: Options, arguments: dict[str, JSON]) -> None:
    await tx.flush()
    connection = await driver_connection(tx)
    await _deferrer.configure_task(name, connection=connection, **options).defer_async(**arguments)


_deferrer = procrastinate.App(connector=procrastinate.PsycopgConnector())


def queue_app(
    conninfo: str, role: str, database: Database, settings: Settings, ports: dict[type, object]
) -> procrastinate.App:
    """A worker's queue, on a pool of its own in the worker's role, with every declared job registered."""

    async def become(connection: psycopg.AsyncConnection[object]) -> None:
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
