"""Reads: one pipelined trip per page. Nothing here can write."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import cached_property
from typing import Any, NamedTuple, Protocol, cast
from uuid import UUID

import psycopg
from psycopg.rows import namedtuple_row
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import ARRAY, ColumnElement, Executable, any_, literal
from sqlalchemy.dialects.postgresql.psycopg import dialect as psycopg_dialect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.util import LRUCache

from cutwater.kernel.metrics import QUERIES

_dialect: Any = psycopg_dialect()  # type: ignore[no-untyped-call]
_compiled: Any = LRUCache(1000)
_TRIPS = QUERIES.labels("read")


class Bound(NamedTuple):
    """SQL with its values, ready to be sent."""

    sql: str
    values: dict[str, Any]


class Fixed:
    """A statement that is built and compiled once: for the hottest reads, where building it anew would take
    longer than running it. Calling it gives its `bindparam`s their values; lists are compared by `any_`."""

    def __init__(self, statement: Executable) -> None:
        self._statement = statement

    @cached_property
    def _compiled(self) -> Any:
        return cast(Any, self._statement).compile(dialect=_dialect)

    def __call__(self, **values: Any) -> Bound:
        return _bound(self._compiled, self._compiled.construct_params(values, escape_names=False))


Statement = Executable | Bound


class Reader(Protocol):
    """What queries need: rows as named tuples, in as few trips as possible."""

    trips: int

    async def batch(self, *statements: Statement) -> list[list[Any]]: ...
    async def all(self, statement: Statement) -> list[Any]: ...
    async def first(self, statement: Statement) -> Any | None: ...
    async def scalar(self, statement: Statement) -> Any: ...


class _Conveniences(ABC):
    trips: int

    @abstractmethod
    async def batch(self, *statements: Statement) -> list[list[Any]]:
        """Several queries in one trip; their rows in the same order."""

    async def all(self, statement: Statement) -> list[Any]:
        """Every row."""
        return (await self.batch(statement))[0]

    async def first(self, statement: Statement) -> Any | None:
        """The first row, or None."""
        rows = await self.all(statement)
        return rows[0] if rows else None

    async def scalar(self, statement: Statement) -> Any:
        """The first column of the first row, or None."""
        row = await self.first(statement)
        return row[0] if row is not None else None


class PipelinedReader(_Conveniences):
    """Reads on a pooled connection: begin read only, the organization, the queries and commit in one trip."""

    def __init__(
        self, pool: AsyncConnectionPool[Any], organization_id: UUID | None, user_id: UUID | None = None
    ) -> None:
        self._pool = pool
        self._organization = str(organization_id or "")
        self._user = str(user_id or "")
        self.trips = 0

    def _connection(self) -> AbstractAsyncContextManager[psycopg.AsyncConnection[Any]]:
        return self._pool.connection()

    async def batch(self, *statements: Statement) -> list[list[Any]]:
        ready = [sql_of(statement) for statement in statements]
        self.trips += 1
        async with self._connection() as connection, connection.pipeline():
            with _TRIPS.time():
                await connection.execute("begin read only")
                await connection.execute(_SCOPE, (self._organization, self._user))
                cursors = [await _send(connection, sql, values) for sql, values in ready]
                await connection.execute("commit")
                return [await cursor.fetchall() for cursor in cursors]


class SessionReader(_Conveniences):
    """The same reads inside an open transaction, in one trip too, for verbs that need what pages show."""

    def __init__(self, tx: AsyncSession) -> None:
        self._tx = tx
        self.trips = 0

    async def batch(self, *statements: Statement) -> list[list[Any]]:
        """Several queries in one trip, after what the session has changed; their rows in the same order."""
        ready = [sql_of(statement) for statement in statements]
        self.trips += 1
        await self._tx.flush()
        connection = await driver_connection(self._tx)
        async with connection.pipeline():
            with _TRIPS.time():
                cursors = [await _send(connection, sql, values) for sql, values in ready]
                return [await cursor.fetchall() for cursor in cursors]


_SCOPE = "select set_config('app.organization', %s, true), set_config('app.user', %s, true)"


async def driver_connection(tx: AsyncSession) -> psycopg.AsyncConnection[Any]:
    """The psycopg connection under an open transaction, for what SQLAlchemy does not offer."""
    raw = await (await tx.connection()).get_raw_connection()
    return cast("psycopg.AsyncConnection[Any]", raw.driver_connection)


async def _send(connection: Any, sql: str, values: Any) -> Any:
    cursor = connection.cursor(row_factory=namedtuple_row)
    return await cursor.execute(sql, values)


def sql_of(statement: Any) -> Bound:
    """A Core statement as psycopg's SQL and parameters; the compiled text is cached by its shape."""
    if isinstance(statement, Bound):
        return statement
    compiled, extracted, collected, _stats = statement._compile_w_cache(
        _dialect, compiled_cache=_compiled, column_keys=[]
    )
    values = compiled.construct_params(
        extracted_parameters=extracted, escape_names=False, _collected_params=collected
    )
    return _bound(compiled, values)


def _bound(compiled: Any, values: dict[str, Any]) -> Bound:
    """The text with its lists spelled out, and the values as the driver takes them."""
    text = compiled.string
    if compiled.post_compile_params or compiled.literal_execute_params:
        expanded = compiled._process_parameters_for_postcompile(values)
        text, values = expanded.statement, {**values, **expanded.parameters}
    for name, convert in compiled._bind_processors.items():
        if name in values and callable(convert):
            values[name] = convert(values[name])
    return Bound(text, values)


def any_of(
    column: ColumnElement[Any] | InstrumentedAttribute[Any], values: Iterable[Any]
) -> ColumnElement[bool]:
    """`column = any(:values)`: like IN, but one parameter, so that the statement's text never changes."""
    listed: Sequence[Any] = list(values)
    return column == any_(literal(listed, ARRAY(column.type)))
