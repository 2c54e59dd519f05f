"""Pages of rows: by offset for short lists, by keyset for history that grows for ten years."""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Annotated, Generic, NamedTuple, Protocol, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from cutwater.kernel.errors import Invalid
from cutwater.kernel.frozen import frozen
from cutwater.kernel.jsonable import JSON
from cutwater.kernel.reader import Reader, Rows
from cutwater.kernel.wire import WHOLE

T = TypeVar("T")


@frozen
class Page(Generic[T]):
    """Rows and where they lie: `total` and `page` by offset, `next_cursor` by keyset."""

    rows: Sequence[T]
    per_page: int
    page: int = 1
    total: int | None = None
    next_cursor: str | None = None

    @property
    def pages(self) -> int:
        return max(1, -(-(self.total or 0) // self.per_page))

    @property
    def has_next(self) -> bool:
        return self.next_cursor is not None or (self.total is not None and self.page < self.pages)


@frozen
class Offset:
    """Which page of a short list."""

    page: int = 1
    per_page: int = 50

    @property
    def skip(self) -> int:
        return (self.page - 1) * self.per_page


@frozen
class Keyset:
    """After which row of a long list, and how many."""

    after: list[JSON] | None = None
    limit: int = 50


async def _offset(
    page: Annotated[int, Query(ge=1, le=100_000, description="The page, from 1."), WHOLE] = 1,
    per_page: Annotated[int, Query(ge=1, le=200, description="Rows on a page."), WHOLE] = 50,
) -> Offset:
    return Offset(page=page, per_page=per_page)


CURSOR = Query(
    max_length=500,
    description="`meta.next_cursor` of the page before.",
    json_schema_extra={"pattern": "^[A-Za-z0-9_-]*$"},
)


async def _keyset(
    cursor: Annotated[str, CURSOR] = "",
    limit: Annotated[int, Query(ge=1, le=200, description="Rows on a page."), WHOLE] = 50,
) -> Keyset:
    return Keyset(after=decode_cursor(cursor) if cursor else None, limit=limit)


OffsetDep = Annotated[Offset, Depends(_offset)]
KeysetDep = Annotated[Keyset, Depends(_keyset)]


def encode_cursor(*values: object) -> str:
    """The last row's sort values as one opaque word."""
    return base64.urlsafe_b64encode(json.dumps(values, default=str).encode()).rstrip(b"=").decode()


def decode_cursor(cursor: str) -> list[JSON]:
    """The values of a cursor; Invalid when it was not made by encode_cursor."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, UnicodeDecodeError):
        values = None
    if not isinstance(values, list) or not all(isinstance(v, str | int | float | None) for v in values):
        raise Invalid({"cursor": "Use the cursor that the page before gave, unchanged."})
    return values


class Total(NamedTuple):
    """How many rows a list has in all."""

    total: int


class Born(Protocol):
    """A row with an id; ids sort by birth."""

    @property
    def id(self) -> UUID: ...


B = TypeVar("B", bound=Born)


async def page_of(reader: Reader, rows: Rows[T], offset: Offset) -> Page[T]:
    """A page of a list with its total, in one trip."""
    counted = select(func.count().label("total")).select_from(rows.statement.order_by(None).subquery())
    found, (count,) = await reader.batch(
        rows.limit(offset.per_page).offset(offset.skip), Rows(Total, counted)
    )
    return Page(rows=found, per_page=offset.per_page, page=offset.page, total=count.total)


def whole_list(rows: Sequence[T]) -> Page[T]:
    """A list that is short enough to be one page."""
    return Page(rows=rows, per_page=max(len(rows), 1), total=len(rows))


async def newest(reader: Reader, rows: Rows[B], id: InstrumentedAttribute[UUID], keyset: Keyset) -> Page[B]:
    """A page of a list, newest first."""
    after = _after(keyset)
    if after is not None:
        rows = rows.where(id < after)
    found = await reader.all(rows.order_by(id.desc()).limit(keyset.limit + 1))
    shown = found[: keyset.limit]
    following = encode_cursor(str(shown[-1].id)) if len(found) > len(shown) else None
    return Page(rows=shown, per_page=keyset.limit, next_cursor=following)


def _after(keyset: Keyset) -> UUID | None:
    if keyset.after is None:
        return None
    try:
        return UUID(str(keyset.after[0]))
    except (ValueError, IndexError):
        raise Invalid({"cursor": "Use the cursor that the page before gave, unchanged."}) from None
