"""SELECTs that say what their rows are: a statement and the NamedTuple that each row becomes."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import ARRAY, ColumnElement, Executable, Select, any_, literal
from sqlalchemy.dialects.postgresql.psycopg import dialect as psycopg_dialect
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.util import LRUCache

from cutwater.kernel.frozen import frozen

R = TypeVar("R")
# allow: any — a condition or an order of columns of any type
Term = ColumnElement[Any] | InstrumentedAttribute[Any]
_dialect: Any = psycopg_dialect()  # type: ignore[no-untyped-call]  # allow: any — SQLAlchemy leaves it untyped
_compiled: Any = LRUCache(1000)  # allow: any — SQLAlchemy leaves it untyped


@frozen
class Bound(Generic[R]):
    """SQL with its values, ready to be sent."""

    sql: str
    values: dict[str, Any]  # allow: any — whatever the driver can send
    row: type[R]


Selected = Select[*tuple[Any, ...]]  # allow: any — the columns of any SELECT; its row says their types


class Rows(Generic[R]):
    """A SELECT whose columns are the fields of `row`, in order and by name; the reader checks that."""

    __slots__ = ("row", "statement")

    def __init__(self, row: type[R], statement: Selected) -> None:
        self.row, self.statement = row, statement

    def where(self, *conditions: ColumnElement[bool]) -> "Rows[R]":
        return Rows(self.row, self.statement.where(*conditions))

    def order_by(self, *terms: Term) -> "Rows[R]":
        return Rows(self.row, self.statement.order_by(*terms))

    def limit(self, count: int | None) -> "Rows[R]":
        return Rows(self.row, self.statement.limit(count))

    def offset(self, count: int) -> "Rows[R]":
        return Rows(self.row, self.statement.offset(count))


class Fixed(Generic[R]):
    """A statement that is built and compiled once: for the hottest reads, where building it anew would take
    longer than running it. Calling it gives its `bindparam`s their values; lists are compared by `any_`."""

    def __init__(self, row: type[R], statement: Executable) -> None:
        self._row, self._statement = row, statement

    @cached_property
    def _compiled(self) -> Any:  # allow: any — SQLAlchemy leaves it untyped
        return cast(Any, self._statement).compile(dialect=_dialect)

    def __call__(self, **values: Any) -> Bound[R]:  # allow: any — whatever its parameters take
        return _bound(self._compiled, self._compiled.construct_params(values, escape_names=False), self._row)


class Untyped:
    """The row of a statement that does not say what its rows are yet."""


Statement = Rows[R] | Bound[R]


def bound(statement: Statement[R] | Executable) -> Bound[R]:
    """The statement as psycopg's SQL and parameters; the compiled text is cached by its shape."""
    if isinstance(statement, Bound):
        return statement
    if not isinstance(statement, Rows):
        statement = Rows(cast("type[R]", Untyped), cast(Any, statement))
    compiled, extracted, collected, _stats = cast(Any, statement.statement)._compile_w_cache(
        _dialect, compiled_cache=_compiled, column_keys=[]
    )
    values = compiled.construct_params(
        extracted_parameters=extracted, escape_names=False, _collected_params=collected
    )
    return _bound(compiled, values, statement.row)


def _bound(compiled: Any, values: dict[str, Any], row: type[R]) -> Bound[R]:  # allow: any — SQLAlchemy's
    """The text with its lists spelled out, and the values as the driver takes them."""
    text = compiled.string
    if compiled.post_compile_params or compiled.literal_execute_params:
        expanded = compiled._process_parameters_for_postcompile(values)
        text, values = expanded.statement, {**values, **expanded.parameters}
    for name, convert in compiled._bind_processors.items():
        if name in values and callable(convert):
            values[name] = convert(values[name])
    return Bound(sql=text, values=values, row=row)


def any_of(column: Term, values: Iterable[object]) -> ColumnElement[bool]:
    """`column = any(:values)`: like IN, but one parameter, so that the statement's text never changes."""
    listed: Sequence[object] = list(values)
    return column == any_(literal(listed, ARRAY(column.type)))
