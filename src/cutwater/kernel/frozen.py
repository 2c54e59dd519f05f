"""How values are declared: frozen, by keyword only, without a dictionary each."""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def frozen(declared: type[T]) -> type[T]:
    """A value: `dataclass(frozen=True, kw_only=True, slots=True)`, said in one word."""
    return dataclass(frozen=True, kw_only=True, slots=True)(declared)
