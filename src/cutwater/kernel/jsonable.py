"""Values as JSON can carry them."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TypeAlias
from uuid import UUID

JSON: TypeAlias = "str | int | float | bool | list[JSON] | dict[str, JSON] | None"


def jsonable(value: object) -> JSON:
    """A value as JSON can carry it; refuses what would be stored as something unreadable."""
    if isinstance(value, Enum):
        return jsonable(value.value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(item) for item in value]
    raise TypeError(f"JSON cannot carry a {type(value).__name__}")
