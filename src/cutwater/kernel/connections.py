"""How a process is connected: an engine for writes and a pool for reads, both patient and measured."""

from collections.abc import Awaitable, Callable
from time import monotonic, perf_counter
from typing import Protocol
from weakref import WeakKeyDictionary

from psycopg_pool import AsyncConnectionPool
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from cutwater.kernel.dbroles import Connection as Connection
from cutwater.kernel.metrics import QUERIES

PATIENCE_SECONDS = 10.0  # a request waits so long for a connection
RECONNECT_SECONDS = 4.0
"""A pool waits longer after each attempt, and would still wait when the database is back: so it gives up,
and the next request tries anew."""
CHECK_SECONDS = 1.0


class Timed(Protocol):
    """SQLAlchemy's context of one statement, which carries when we began it."""

    begun: float


_seen_alive: WeakKeyDictionary[Connection, float] = WeakKeyDictionary()


def engine(connect: Callable[[], Awaitable[Connection]], size: int) -> AsyncEngine:
    """What transactions run on; a connection is asked before each of them whether it lives."""
    made = create_async_engine(
        "postgresql+psycopg://",
        async_creator=connect,
        pool_size=size,
        max_overflow=0,
        pool_timeout=PATIENCE_SECONDS,
        pool_pre_ping=True,
    )
    _measure(made)
    return made


def pool(
    conninfo: str, size: int, become: Callable[[Connection], Awaitable[None]]
) -> AsyncConnectionPool[Connection]:
    """What reads run on; open it before the first one."""
    return AsyncConnectionPool(
        conninfo,
        min_size=1,
        max_size=size,
        open=False,
        kwargs={"autocommit": True},
        configure=become,
        check=_still_alive,
        timeout=PATIENCE_SECONDS,
        reconnect_timeout=RECONNECT_SECONDS,
    )


async def _still_alive(connection: Connection) -> None:
    """Ask a pooled connection at most once a second: before every read it would cost each one a trip."""
    now = monotonic()
    if now - _seen_alive.get(connection, -CHECK_SECONDS) >= CHECK_SECONDS:
        await AsyncConnectionPool.check_connection(connection)
        _seen_alive[connection] = now


def _measure(made: AsyncEngine) -> None:
    taken = QUERIES.labels("write")

    @event.listens_for(made.sync_engine, "before_cursor_execute")
    def begin(
        _connection: object,
        _cursor: object,
        _sql: str,
        _values: object,
        context: Timed,
        _many: bool,
    ) -> None:
        context.begun = perf_counter()

    @event.listens_for(made.sync_engine, "after_cursor_execute")
    def end(
        _connection: object,
        _cursor: object,
        _sql: str,
        _values: object,
        context: Timed,
        _many: bool,
    ) -> None:
        taken.observe(perf_counter() - context.begun)
