"""Constraints that every table of an organization shares."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeAlias

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.schema import SchemaItem

TableArg: TypeAlias = SchemaItem | Mapping[str, object]


def scoped(*extra: TableArg) -> tuple[TableArg, ...]:
    """`__table_args__` of an OrganizationRow: the key that composite references need, and the owner."""
    return (
        UniqueConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id"], ["organization.id"]),
        *extra,
    )


def reference(column: str, table: str, *, ondelete: str | None = None) -> ForeignKeyConstraint:
    """A foreign key that cannot leave the organization: plain ones bypass row-level security."""
    return ForeignKeyConstraint(
        ["organization_id", column],
        [f"{table}.organization_id", f"{table}.id"],
        ondelete=ondelete,
    )


def one_of(column: str, allowed: type[StrEnum] | Iterable[str], *, name: str = "") -> CheckConstraint:
    """Text that holds one of an enum's values. Database enums are not leakproof, so we have none."""
    values = ", ".join(f"'{value}'" for value in allowed)
    return CheckConstraint(f"{column} in ({values})", name=name or f"{column}_known")
