"""Where the organization differs from the default requirements."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from cutwater.kernel.reader import Reader
from cutwater.releases.catalogue.queries import Rows
from cutwater.releases.core.facts import Requirement, Status
from cutwater.releases.requirements.models import RequirementSwitch


async def switches(reader: Reader) -> dict[tuple[Status, Requirement], bool]:
    """Where the organization differs from the default requirements."""
    return switched(await reader.all(switch_rows()))


def switch_rows() -> Rows:
    """The switches that somebody has used."""
    return select(RequirementSwitch.target, RequirementSwitch.requirement, RequirementSwitch.is_on)


def switched(rows: Iterable[Any]) -> dict[tuple[Status, Requirement], bool]:
    """Those rows as the rules read them."""
    return {(Status(row.target), Requirement(row.requirement)): row.is_on for row in rows}
