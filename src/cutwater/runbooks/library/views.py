"""A runbook with its versions, as it is shown."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from cutwater.kernel.frozen import frozen
from cutwater.kernel.reader import Reader
from cutwater.runbooks.core.critical_path import LinkKind
from cutwater.runbooks.core.facts import VersionState
from cutwater.runbooks.library import queries
from cutwater.runbooks.library.queries import RunbookRow, VersionLink, VersionRow, VersionStep


@frozen
class RunbookView:
    """A runbook, its versions, and the steps of one of them.

    `waits` says by step id what the step waits for, as a worksheet writes it: `A-5 SS+30 soft`.
    """

    runbook: RunbookRow
    versions: list[VersionRow]
    version: VersionRow | None
    steps: list[VersionStep]
    waits: Mapping[UUID, list[str]]

    @property
    def draft(self) -> VersionRow | None:
        """The newest version, when it is a draft."""
        newest = self.versions[0] if self.versions else None
        return newest if newest and newest.state == VersionState.DRAFT else None


async def runbook(reader: Reader, key: str, number: int | None = None) -> RunbookView:
    """A runbook with the steps of this version, or of the newest when it has no such version."""
    row = await queries.runbook(reader, key)
    versions = await queries.versions(reader, row.id)
    newest = versions[0] if versions else None
    version = next((version for version in versions if version.number == number), newest)
    steps: list[VersionStep] = []
    links: list[VersionLink] = []
    if version is not None:
        steps, links = await reader.batch(queries.steps_of(version.id), queries.links_of(version.id))
    return RunbookView(
        runbook=row, versions=versions, version=version, steps=steps, waits=_waits(steps, links)
    )


def _waits(steps: Iterable[VersionStep], links: Iterable[VersionLink]) -> dict[UUID, list[str]]:
    codes = {step.id: step.code for step in steps}
    waits: dict[UUID, list[str]] = {}
    for link in links:
        kind = "" if link.kind == LinkKind.FS and not link.lag_minutes else f" {link.kind}"
        lag = f"{link.lag_minutes:+d}" if link.lag_minutes else ""
        soft = "" if link.is_hard else " soft"
        waits.setdefault(link.after_id, []).append(f"{codes[link.before_id]}{kind}{lag}{soft}")
    return waits
