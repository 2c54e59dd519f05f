"""Set-based writes: rows travel as JSON, a thousand at a time, and one statement takes each thousand."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast
from uuid import UUID

import orjson
from sqlalchemy import CursorResult, Executable
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncSession

T = TypeVar("T")
SIZE = 1000
Told = Callable[[int], Awaitable[None]]
Written = Row[*tuple[Any, ...]]  # allow: any — what a textual statement returns


def pieces(rows: Sequence[T], size: int = SIZE) -> Iterator[Sequence[T]]:
    """The rows in pieces of at most `size`."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def as_json(rows: Sequence[Mapping[str, object]]) -> str:
    """Rows as the parameter of a statement; decimals keep their digits."""
    return orjson.dumps(rows, default=str).decode()


def as_ids(ids: Iterable[UUID]) -> list[str]:
    """Ids as the parameter of a statement."""
    return [str(id) for id in ids]


def given(columns: Mapping[str, str]) -> str:
    """The rows inside a statement, as the table `given`: each column with its PostgreSQL type."""
    shape = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    return f"jsonb_to_recordset(cast(:rows as jsonb)) as given({shape})"


async def write(
    tx: AsyncSession,
    statement: Executable,
    rows: Sequence[Mapping[str, object]],
    *,
    told: Told | None = None,
    **values: object,
) -> list[Written]:
    """Run a statement over rows, piece by piece, and tell how many each had; gives all rows it returned."""
    returned: list[Written] = []
    for piece in pieces(rows):
        result = cast(
            "CursorResult[*tuple[Any, ...]]",  # allow: any — what a textual statement returns
            await tx.execute(statement, {"rows": as_json(piece), **values}),
        )
        if result.returns_rows:
            returned.extend(result.all())
        if told is not None:
            await told(len(piece))
    return returned
