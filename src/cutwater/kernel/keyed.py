"""Rows by key or id, and the only locks in the code base.

Fetching is authorising: row-level security hides the rows of others, so that missing and invisible rows are
the same NotFound. Keys are folded here, in Python: `r-42`, `R-42` and the id all find the same release.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.base import ExecutableOption

from cutwater.kernel.db import Row
from cutwater.kernel.errors import NotFound
from cutwater.kernel.reader import any_of

Model = TypeVar("Model", bound=Row)

FOLDS: Mapping[str, Callable[[str], str]] = {
    "key": str.upper,
    "slug": str.lower,
    "code_folded": str.casefold,
}
"""The columns that people know a row by, and how what they type is folded; a model has one or none."""

LONGEST_KEY = 200


def named(model: type[Model], given: str | UUID) -> ColumnElement[bool]:
    """The condition for the row with this key or id; what can be neither finds nothing."""
    id = given if isinstance(given, UUID) else as_id(given)
    if id is not None:
        return model.id == id
    column, fold = _known_by(model)
    key = str(given)
    if column is None or not key or len(key) > LONGEST_KEY or not key.isprintable():
        return false()
    return column == fold(key)


def folded(model: type[Model], given: str) -> str:
    """A key as it is stored, however somebody typed it."""
    _, fold = _known_by(model)
    return fold(given)


def as_id(given: str) -> UUID | None:
    """The id that somebody gave instead of a key, or None."""
    try:
        return UUID(given) if len(given) == 36 else None
    except ValueError:
        return None


def _known_by(model: type[Model]) -> tuple[InstrumentedAttribute[str] | None, Callable[[str], str]]:
    for name, fold in FOLDS.items():
        column = getattr(model, name, None)
        if column is not None:
            return column, fold
    return None, str


async def held(
    tx: AsyncSession,
    model: type[Model],
    given: str | UUID,
    *where: ColumnElement[bool],
    what: str,
    key_share: bool = False,
) -> Model:
    """The row with this key or id, locked until the transaction ends; NotFound when there is none.

    `where` narrows it, such as to the children of a row that is held already. `key_share` lets others insert
    rows that refer to it meanwhile.
    """
    row = await held_if(tx, model, named(model, given), *where, key_share=key_share)
    if row is None:
        raise NotFound(what)
    return row


async def held_if(
    tx: AsyncSession, model: type[Model], *where: ColumnElement[bool], key_share: bool = False
) -> Model | None:
    """The one row that fits, locked, or None."""
    return await tx.scalar(_fresh(_living(model, *where).with_for_update(key_share=key_share)))


async def held_all(
    tx: AsyncSession, model: type[Model], ids: Iterable[UUID] | None, *where: ColumnElement[bool]
) -> list[Model]:
    """The rows with these ids (None: all that fit), locked in the order of their ids: two transactions that
    hold several rows never wait for each other in a ring."""
    wanted = where if ids is None else (any_of(model.id, ids), *where)
    statement = _living(model, *wanted).order_by(model.id).with_for_update()
    return list(await tx.scalars(_fresh(statement)))


async def claimed(
    tx: AsyncSession, model: type[Model], *where: ColumnElement[bool], limit: int = 1
) -> list[Model]:
    """The oldest rows that fit and that nobody else holds, locked: several workers share a list this way."""
    statement = _living(model, *where).order_by(model.id).limit(limit)
    return list(await tx.scalars(_fresh(statement.with_for_update(skip_locked=True))))


async def one_at_a_time(tx: AsyncSession, place: str) -> None:
    """Wait until no other transaction is at this place, and keep others out until this one ends."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(place, 0))))


def _living(model: type[Model], *where: ColumnElement[bool]) -> Select[Model]:
    statement = select(model).where(*where)
    deleted_at = getattr(model, "deleted_at", None)
    return statement if deleted_at is None else statement.where(deleted_at.is_(None))


def _fresh(statement: Select[Model]) -> Select[Model]:
    """What the session knew of the row may be older than the lock."""
    options: dict[str, ExecutableOption | bool] = {"populate_existing": True}
    return statement.execution_options(**options)
