"""Work that happens afterwards: queued in the transaction that causes it, run by any worker."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import Actor, job_actor
from cutwater.kernel.db import Database
from cutwater.kernel.frozen import frozen
from cutwater.kernel.jsonable import JSON, jsonable
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
