"""Where the organization differs from the default requirements."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import select

from cutwater.kernel.reader import Reader, Rows
from cutwater.releases.core.facts import Requirement, Status
from cutwater.releases.requirements.models import RequirementSwitch


class SwitchRow(NamedTuple):
    """A requirement of a target that somebody has switched."""

    target: str
    requirement: str
    is_on: bool


async def switches(reader: Reader) -> dict[tuple[Status, Requirement], bool]:
    """The switches as the rules read them."""
    return switched(await reader.all(switch_rows()))


def switch_rows() -> Rows[SwitchRow]:
    """The switches that somebody has used."""
    columns = (RequirementSwitch.target, RequirementSwitch.requirement, RequirementSwitch.is_on)
    return Rows(SwitchRow, select(*columns))


def switched(rows: Iterable[SwitchRow]) -> dict[tuple[Status, Requirement], bool]:
    """Those rows as the rules read them."""
    return {(Status(row.target), Requirement(row.requirement)): row.is_on for row in rows}
