"""Applies a batch to a site: one transaction, set-based, the same again when it is run again."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel import clock, search
from cutwater.kernel.ids import new_id
from cutwater.kernel.reader import any_of
from cutwater.sprints.core.facts import Category, Severity
from cutwater.sprints.core.fields import AGILE_SPRINTS, FieldMap
from cutwater.sprints.core.history import stays
from cutwater.sprints.core.records import Batch, IssueRecord, Oddity
from cutwater.sprints.core.staging import Known, Staged, stage, stages_of
from cutwater.sprints.issues.models import Issue
from cutwater.sprints.issues.service import mirror
from cutwater.sprints.sites.models import Board, IssueStatus, Project, SiteField
from cutwater.sprints.sprints.service.mirror import mirror_sprints

_STORED = (
    Issue.id,
    Issue.key,
    Issue.external_id,
    Issue.title,
    Issue.description,
    Issue.type_name,
    Issue.is_subtask,
    Issue.status,
    Issue.status_category,
    Issue.priority,
    Issue.assignee_name,
    Issue.assignee_account,
    Issue.reporter_name,
    Issue.reporter_account,
    Issue.labels,
    Issue.source_created_at,
    Issue.source_updated_at,
    Issue.resolved_at,
    Issue.parent_key,
    Issue.remote_links,
    Issue.fields,
    Issue.done_at,
    Issue.done_source,
)


@dataclass(kw_only=True, slots=True)
class Applied:
    """What an import did, in figures, and what was odd about it; with errors nothing was written."""

    counts: dict[str, int] = field(default_factory=dict)
    oddities: list[Oddity] = field(default_factory=list)

    @property
    def errors(self) -> list[Oddity]:
        """The oddities that stop the import."""
        return [item for item in self.oddities if item.severity is Severity.ERROR]


async def known_of(tx: AsyncSession, site_id: UUID, batch: Batch) -> Known:
    """What the site has of a batch: by external id first, else by key."""
    rows: dict[UUID, Any] = {}
    for piece in mirror.chunks(batch.issues, 5000):
        ids = [item.external_id for item in piece if item.external_id]
        for wanted in (any_of(Issue.external_id, ids), any_of(Issue.key, [item.key for item in piece])):
            found = await tx.execute(select(*_STORED).where(Issue.site_id == site_id, wanted))
            rows.update({row.id: row for row in found.all()})
    stored = await tx.execute(
        select(IssueStatus.external_id, IssueStatus.name, IssueStatus.category).where(
            IssueStatus.site_id == site_id
        )
    )
    return Known(
        by_external={row.external_id: row.id for row in rows.values() if row.external_id},
        by_key={row.key: row.id for row in rows.values()},
        rows=rows,
        stages=stages_of(batch, stored.all()),
    )


Tell = Callable[[int, int], Awaitable[None]]


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


async def apply(
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
    turn = func.hashtextextended(f"import into {site_id}", 0)
    await tx.execute(select(func.pg_advisory_xact_lock(turn)))
    known = await known_of(tx, site_id, batch)
    staged = stage(batch, mapping, known)
    applied = Applied(oddities=[*batch.oddities, *staged.oddities])
    if applied.errors:
        return applied
    await _mirror_lists(tx, site_id, batch)
    projects = await _mirror_projects(tx, site_id, batch)
    counts = applied.counts
    total = len(staged.rows) + sum(len(each.changes) for each in batch.issues)
    progress = Progress(tell=tell, total=total)
    await progress.add(0)
    counts["sprints_created"], counts["sprints_updated"], sprint_ids = await mirror_sprints(
        tx, site_id, batch, staged.sprints.values()
    )
    written = await _write_issues(tx, site_id, staged, projects, progress)
    counts.update(_issue_counts(written, len(staged.rows)))
    counts["changes"] = await _write_changes(tx, staged, progress)
    counts["links"] = await _write_links(tx, site_id, staged)
    if _tells_sprints(batch, mapping):
        applied.oddities += await _write_stays(tx, staged, sprint_ids)
    if into_sprint is not None:
        counts["joined"] = await _join(tx, staged, into_sprint)
    counts["worklogs"], counts["remote_links"] = batch.worklogs, batch.remote_links
    await _findable(tx, staged, {row.id for row in written})
    return applied


async def _mirror_lists(tx: AsyncSession, site_id: UUID, batch: Batch) -> None:
    statuses = {(item.external_id, item.name): item.category for item in batch.statuses}
    for issue in batch.issues:
        if issue.status and issue.category is not Category.UNKNOWN:
            statuses.setdefault((issue.status_id, issue.status), issue.category)
    rows = [
        {"id": new_id(), "site_id": site_id, "external_id": id_, "name": name, "category": category}
        for (id_, name), category in statuses.items()
    ]
    await _upsert(tx, IssueStatus, rows, ("external_id", "name"), ("category",))
    fields = [
        {
            "id": new_id(),
            "site_id": site_id,
            "field_id": item.id,
            "name": item.name or item.id,
            "custom": item.custom,
            "type_name": item.type_name,
        }
        for item in batch.fields
    ]
    await _upsert(tx, SiteField, fields, ("field_id",), ("name", "custom", "type_name"))
    boards = [
        {
            "id": new_id(),
            "site_id": site_id,
            "external_id": item.external_id,
            "name": item.name,
            "kind": item.kind,
        }
        for item in batch.boards
    ]
    await _upsert(tx, Board, boards, ("external_id",), ("name", "kind"))


async def _mirror_projects(tx: AsyncSession, site_id: UUID, batch: Batch) -> dict[str, UUID]:
    named = [
        {
            "id": new_id(),
            "site_id": site_id,
            "external_id": item.external_id,
            "key": item.key,
            "name": item.name,
        }
        for item in batch.projects
    ]
    await _upsert(tx, Project, named, ("key",), ("name", "external_id"))
    keys = {item.project_key for item in batch.issues if item.project_key} - {
        item.key for item in batch.projects
    }
    bare = [
        {"id": new_id(), "site_id": site_id, "external_id": None, "key": key, "name": key}
        for key in sorted(keys)
    ]
    await _upsert(tx, Project, bare, ("key",), ())
    found = await tx.execute(select(Project.key, Project.id).where(Project.site_id == site_id))
    return {row.key: row.id for row in found.all()}


async def _upsert(
    tx: AsyncSession, table: Any, rows: list[dict[str, Any]], keys: Sequence[str], values: Sequence[str]
) -> None:
    for piece in mirror.chunks(rows):
        statement = insert(table)
        index = ["organization_id", "site_id", *keys]
        if values:
            taken = {name: statement.excluded[name] for name in values}
            statement = statement.on_conflict_do_update(index_elements=index, set_=taken)
        else:
            statement = statement.on_conflict_do_nothing(index_elements=index)
        await tx.execute(statement, list(piece))


async def _write_issues(
    tx: AsyncSession, site_id: UUID, staged: Staged, projects: dict[str, UUID], progress: Progress
) -> list[Any]:
    now = clock.now()
    for row in staged.rows:
        row["project_id"] = projects.get(row.pop("project_key"))
        row["site_id"], row["synced_at"] = site_id, now
    if staged.moved:
        await tx.execute(mirror.PARK_KEYS, {"ids": mirror.as_ids([item[0] for item in staged.moved])})
    written = await mirror.write(tx, mirror.UPSERT_ISSUES, staged.rows, told=progress.add)
    same = sorted({row["id"] for row in staged.rows} - {row.id for row in written})
    for piece in mirror.chunks(same, 10_000):
        await tx.execute(mirror.FRESH, {"ids": mirror.as_ids(piece), "now": now})
    return written


def _issue_counts(written: Sequence[Any], total: int) -> dict[str, int]:
    created = sum(1 for row in written if row.created)
    return {
        "issues_created": created,
        "issues_updated": len(written) - created,
        "issues_unchanged": total - len(written),
    }


async def _write_changes(tx: AsyncSession, staged: Staged, progress: Progress) -> int:
    rows = [
        {
            "id": new_id(),
            "at": change.at,
            "issue_id": issue_id,
            "external_id": change.external_id,
            "position": change.position,
            "author_name": change.author.name if change.author else None,
            "author_account": change.author.account_id if change.author else None,
            "field": change.field,
            "field_id": change.field_id,
            "was": change.was,
            "was_id": change.was_id,
            "became": change.now,
            "became_id": change.now_id,
        }
        for issue_id, record in staged.records.items()
        for change in record.changes
    ]
    return len(await mirror.write(tx, mirror.INSERT_CHANGES, rows, told=progress.add))


async def _write_links(tx: AsyncSession, site_id: UUID, staged: Staged) -> int:
    total = 0
    telling = [(id_, record) for id_, record in staged.records.items() if "links" not in record.absent]
    for piece in mirror.chunks(telling):
        rows = [row for issue_id, record in piece for row in _link_rows(issue_id, record)]
        values = {"rows": mirror.as_json(rows), "ids": mirror.as_ids([issue_id for issue_id, _ in piece])}
        await tx.execute(mirror.DROP_LINKS, values)
        await mirror.write(tx, mirror.UPSERT_LINKS, rows)
        total += len(rows)
    await tx.execute(mirror.TIE_LINKS, {"site": site_id})
    return total


def _link_rows(issue_id: UUID, record: IssueRecord) -> list[dict[str, Any]]:
    found = {(link.type_name, link.is_inward, link.other_key): link for link in record.links}
    return [
        {
            "id": new_id(),
            "issue_id": issue_id,
            "type_name": link.type_name,
            "label": link.label,
            "is_inward": link.is_inward,
            "is_blocker": link.is_blocker,
            "other_key": link.other_key,
            "other_title": link.other_title,
            "other_category": link.other_category,
        }
        for link in found.values()
    ]


def _tells_sprints(batch: Batch, mapping: FieldMap) -> bool:
    """Whether the files say at all which sprints issues are in; silence takes nobody out of a sprint."""
    names = {mapping.sprint, *AGILE_SPRINTS} - {""}
    return any(name in issue.fields for issue in batch.issues for name in names)


async def _write_stays(tx: AsyncSession, staged: Staged, sprints: dict[str, UUID]) -> list[Oddity]:
    unknown: dict[str, int] = {}
    for piece in mirror.chunks(list(staged.records.items())):
        rows = []
        for issue_id, record in piece:
            now = staged.sprints[issue_id]
            # without a changelog nobody knows since when an issue is in its sprint
            since = None if "changes" in record.absent else record.created_at
            for stay in stays(record.changes, now, since):
                rows += _stay_rows(issue_id, stay, sprints, unknown)
            named = [sprints[item.name] for item in now if not item.external_id and item.name in sprints]
            rows += [_stay_row(issue_id, sprint_id, None, None) for sprint_id in named]
        values = {"rows": mirror.as_json(rows), "ids": mirror.as_ids([issue_id for issue_id, _ in piece])}
        await tx.execute(mirror.DROP_STAYS, values)
        await mirror.write(tx, mirror.INSERT_STAYS, rows)
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


def _stay_rows(
    issue_id: UUID, stay: Any, sprints: dict[str, UUID], unknown: dict[str, int]
) -> list[dict[str, Any]]:
    sprint_id = sprints.get(stay.sprint_id)
    if sprint_id is None:
        unknown[stay.sprint_id] = unknown.get(stay.sprint_id, 0) + 1
        return []
    return [_stay_row(issue_id, sprint_id, stay.joined_at, stay.left_at)]


def _stay_row(issue_id: UUID, sprint_id: UUID, joined_at: Any, left_at: Any) -> dict[str, Any]:
    return {
        "id": new_id(),
        "sprint_id": sprint_id,
        "issue_id": issue_id,
        "joined_at": joined_at,
        "left_at": left_at,
    }


async def _join(tx: AsyncSession, staged: Staged, sprint_id: UUID) -> int:
    rows = [{"id": new_id(), "issue_id": row["id"]} for row in staged.rows]
    # when they were put there is not known: the file does not say, and today is when it was imported
    return len(await mirror.write(tx, mirror.JOIN_SPRINT, rows, sprint=sprint_id, joined=None))


async def _findable(tx: AsyncSession, staged: Staged, changed: set[UUID]) -> None:
    entries = [
        search.Entry(
            kind="issue", id=row["id"], key=row["key"], title=row["title"], path=f"/issues/{row['key']}"
        )
        for row in staged.rows
        if row["id"] in changed
    ]
    await search.put_many(tx, entries)
