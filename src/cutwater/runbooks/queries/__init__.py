"""Every SELECT of runbooks and runs."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false
from sqlalchemy.orm import InstrumentedAttribute

Query = Select[*tuple[Any, ...]]


def named(key: InstrumentedAttribute[str], id: InstrumentedAttribute[UUID], name: str) -> ColumnElement[bool]:
    """The one with this key, or with this id; nothing for what no key can be."""
    if "\0" in name:
        return false()
    try:
        return id == UUID(name) if len(name) == 36 else key == name
    except ValueError:
        return key == name
