"""Applies a batch to a site: one transaction, set-based, the same again when it is run again."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel import bulk
from cutwater.kernel.ids import new_id
from cutwater.kernel.keyed import one_at_a_time
from cutwater.kernel.reader import SessionReader
from cutwater.sprints.core.facts import Severity
from cutwater.sprints.core.fields import AGILE_SPRINTS, FieldMap
from cutwater.sprints.core.history import Stay, stays
from cutwater.sprints.core.records import Batch, IssueRecord, Oddity, SprintRecord
from cutwater.sprints.core.staging import Staged, stage
from cutwater.sprints.issues.service.mirror import known_of, mirror_issues
from cutwater.sprints.sites.service import mirror_lists, mirror_projects
from cutwater.sprints.sprints.service.memberships import join_all, mirror_stays
from cutwater.sprints.sprints.service.mirror import mirror_sprints

Tell = Callable[[int, int], Awaitable[None]]


@dataclass(kw_only=True, slots=True)
class Applied:
    """What an import did, in figures, and what was odd about it; with errors nothing was written."""

    counts: dict[str, int] = field(default_factory=dict)
    oddities: list[Oddity] = field(default_factory=list)

    @property
    def errors(self) -> list[Oddity]:
        """The oddities that stop the import."""
        return [item for item in self.oddities if item.severity is Severity.ERROR]


@dataclass(kw_only=True, slots=True)
class Progress:
    """How many rows are in, told piece by piece."""

    tell: Tell
    total: int
    done: int = 0

    async def add(self, rows: int) -> None:
        """So many more rows are in."""
        self.done += rows
        await self.tell(self.done, self.total)


async def tell_nobody(_done: int, _total: int) -> None:
    """For those who do not follow the progress."""


async def apply_batch(
    tx: AsyncSession,
    site_id: UUID,
    batch: Batch,
    mapping: FieldMap,
    *,
    into_sprint: UUID | None = None,
    tell: Tell = tell_nobody,
) -> Applied:
    """Write everything or, if anything is wrong, nothing; `tell` hears how many rows are in, of how many."""
    # two imports into a site would each take the other's new issues for new ones
    await one_at_a_time(tx, f"import into {site_id}")
    known = await known_of(SessionReader(tx), site_id, batch)
    staged = stage(batch, mapping, known, new_id=new_id)
    applied = Applied(oddities=[*batch.oddities, *staged.oddities])
    if applied.errors:
        return applied
    progress = Progress(tell=tell, total=staged.size)
    await progress.add(0)
    await mirror_lists(tx, site_id, batch)
    projects = await mirror_projects(tx, site_id, batch)
    sprints = await mirror_sprints(tx, site_id, batch, staged.sprints.values())
    issues = await mirror_issues(tx, site_id, staged, projects, progress.add)
    applied.counts = {
        "sprints_created": sprints.created,
        "sprints_updated": sprints.updated,
        "issues_created": issues.created,
        "issues_updated": issues.updated,
        "issues_unchanged": issues.unchanged,
        "changes": issues.changes,
        "links": issues.links,
        "worklogs": batch.worklogs,
        "remote_links": batch.remote_links,
    }
    if _tells_sprints(batch, mapping):
        applied.oddities += await _write_stays(tx, staged, sprints.ids)
    if into_sprint is not None:
        applied.counts["joined"] = await join_all(tx, into_sprint, staged.rows)
    return applied


def _tells_sprints(batch: Batch, mapping: FieldMap) -> bool:
    """Whether the files say at all which sprints issues are in; silence takes nobody out of a sprint."""
    names = {mapping.sprint, *AGILE_SPRINTS} - {""}
    return any(name in issue.fields for issue in batch.issues for name in names)


async def _write_stays(tx: AsyncSession, staged: Staged, sprints: Mapping[str, UUID]) -> list[Oddity]:
    unknown: dict[str, int] = {}
    for piece in bulk.pieces(list(staged.records.items())):
        known: list[tuple[UUID, UUID, Stay]] = []
        for issue_id, record in piece:
            for stay in _stays_of(record, staged.sprints[issue_id]):
                sprint_id = sprints.get(stay.sprint_id)
                if sprint_id is not None:
                    known.append((issue_id, sprint_id, stay))
                elif not stay.is_named:
                    unknown[stay.sprint_id] = unknown.get(stay.sprint_id, 0) + 1
        await mirror_stays(tx, [issue_id for issue_id, _ in piece], known)
    text = "past stays of issues are in sprint {}, which is not here; import the sprints to see them"
    return [
        Oddity(
            code="unknown_sprint",
            severity=Severity.WARNING,
            text=f"{count} {text.format(sprint)}",
            field="Sprint",
        )
        for sprint, count in sorted(unknown.items())
    ]


def _stays_of(record: IssueRecord, now: tuple[SprintRecord, ...]) -> Iterator[Stay]:
    """The stays that the changelog tells, and those in sprints that are known by name only."""
    # without a changelog nobody knows since when an issue is in its sprint
    since = None if "changes" in record.absent else record.created_at
    yield from stays(record.changes, now, since)
    for sprint in now:
        if not sprint.external_id:
            yield Stay(sprint_id=sprint.name, joined_at=None, left_at=None, is_current=True, is_named=True)
