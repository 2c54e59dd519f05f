"""Reads: one pipelined trip per page. Nothing here can write."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar, cast, overload
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.dbroles import Connection
from cutwater.kernel.metrics import QUERIES
from cutwater.kernel.rows import Bound, Statement, bound
from cutwater.kernel.rows import Fixed as Fixed
from cutwater.kernel.rows import Rows as Rows
from cutwater.kernel.rows import any_of as any_of
from cutwater.kernel.rows import columns_of as columns_of

R = TypeVar("R")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")
F = TypeVar("F")
_TRIPS = QUERIES.labels("read")
_SCOPE = "select set_config('app.organization', %s, true), set_config('app.user', %s, true)"
_checked: set[tuple[str, type[object]]] = set()
Cursor = psycopg.AsyncCursor[tuple[object, ...]]


class Reader(ABC):
    """What queries need: typed rows, in as few trips as possible. `trips` counts them."""

    def __init__(self) -> None:
        self.trips = 0

    @abstractmethod
    async def _trip(self, statements: Sequence[Bound[object]]) -> Sequence[list[object]]:
        """Run the statements in one trip; their rows in the same order."""

    @overload
    async def batch(self, a: Statement[A], /) -> tuple[list[A]]: ...
    @overload
    async def batch(self, a: Statement[A], b: Statement[B], /) -> tuple[list[A], list[B]]: ...
    @overload
    async def batch(
        self, a: Statement[A], b: Statement[B], c: Statement[C], /
    ) -> tuple[list[A], list[B], list[C]]: ...
    @overload
    async def batch(
        self, a: Statement[A], b: Statement[B], c: Statement[C], d: Statement[D], /
    ) -> tuple[list[A], list[B], list[C], list[D]]: ...
    @overload
    async def batch(
        self, a: Statement[A], b: Statement[B], c: Statement[C], d: Statement[D], e: Statement[E], /
    ) -> tuple[list[A], list[B], list[C], list[D], list[E]]: ...
    @overload
    async def batch(
        self,
        a: Statement[A],
        b: Statement[B],
        c: Statement[C],
        d: Statement[D],
        e: Statement[E],
        f: Statement[F],
        /,
    ) -> tuple[list[A], list[B], list[C], list[D], list[E], list[F]]: ...
    @overload
    async def batch(
        self, a: Statement[A], b: Statement[B], /, *rest: Statement[C]
    ) -> tuple[list[A], list[B], *tuple[list[C], ...]]: ...
    @overload
    async def batch(self, *statements: Statement[R]) -> tuple[list[R], ...]: ...
    # allow: any — the overloads say the types
    async def batch(self, *statements: Statement[Any]) -> tuple[list[Any], ...]:
        """Several queries in one trip; their rows in the same order."""
        if not statements:
            return ()
        ready = [bound(statement) for statement in statements]
        self.trips += 1
        with _TRIPS.time():
            return tuple(await self._trip(ready))

    async def all(self, statement: Statement[R]) -> list[R]:
        """Every row."""
        return (await self.batch(statement))[0]

    async def first(self, statement: Statement[R]) -> R | None:
        """The first row, or None."""
        found = await self.all(statement)
        return found[0] if found else None

    async def scalar(self, statement: Select[R]) -> R | None:
        """The one column of the first row, or None."""
        found = await self.scalars(statement)
        return found[0] if found else None

    async def scalars(self, statement: Select[R]) -> list[R]:
        """The one column of every row."""
        rows = await self.all(Rows(cast("type[tuple[R]]", tuple), statement))
        return [row[0] for row in rows]


class PipelinedReader(Reader):
    """Reads on a pooled connection: begin read only, the organization, the queries and commit in one trip."""

    def __init__(
        self,
        pool: AsyncConnectionPool[Connection],
        organization_id: UUID | None,
        user_id: UUID | None = None,
    ) -> None:
        super().__init__()
        self._pool = pool
        self._organization = str(organization_id or "")
        self._user = str(user_id or "")

    def _connection(self) -> AbstractAsyncContextManager[Connection]:
        return self._pool.connection()

    async def _trip(self, statements: Sequence[Bound[object]]) -> Sequence[list[object]]:
        async with self._connection() as connection, connection.pipeline():
            await connection.execute("begin read only")
            await connection.execute(_SCOPE, (self._organization, self._user))
            cursors = [await _send(connection, each) for each in statements]
            await connection.execute("commit")
            return [await _rows(*each) for each in zip(cursors, statements, strict=True)]


class SessionReader(Reader):
    """The same reads inside an open transaction, in one trip too and after what the session has changed, for
    verbs that need what pages show."""

    def __init__(self, tx: AsyncSession) -> None:
        super().__init__()
        self._tx = tx

    async def _trip(self, statements: Sequence[Bound[object]]) -> Sequence[list[object]]:
        await self._tx.flush()
        connection = await driver_connection(self._tx)
        async with connection.pipeline():
            cursors = [await _send(connection, each) for each in statements]
            return [await _rows(*each) for each in zip(cursors, statements, strict=True)]


async def driver_connection(tx: AsyncSession) -> Connection:
    """The psycopg connection under an open transaction, for what SQLAlchemy does not offer."""
    raw = await (await tx.connection()).get_raw_connection()
    return cast(Connection, raw.driver_connection)


async def _send(connection: Connection, statement: Bound[object]) -> Cursor:
    cursor = connection.cursor(row_factory=tuple_row)
    return await cursor.execute(statement.sql, statement.values)


async def _rows(cursor: Cursor, statement: Bound[R]) -> list[R]:
    fetched = await cursor.fetchall()
    make: Callable[[tuple[object, ...]], R] | None = getattr(statement.row, "_make", None)
    if make is None:
        return cast("list[R]", fetched)
    _refuse_other_columns(cursor, statement)
    return list(map(make, fetched))


def _refuse_other_columns(cursor: Cursor, statement: Bound[R]) -> None:
    """A statement's labels must be its row's fields, in their order: looked at once per statement."""
    seen = (statement.sql, statement.row)
    if seen in _checked:
        return
    labels = tuple(column.name for column in cursor.description or ())
    fields = cast(tuple[str, ...], getattr(statement.row, "_fields", ()))
    if labels != fields:
        raise TypeError(f"{statement.row.__name__} has the fields {fields}, its statement gives {labels}")
    if len(_checked) > 5000:
        _checked.clear()
    _checked.add(seen)
