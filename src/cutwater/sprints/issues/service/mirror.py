"""Issues of another system, kept as it has them: set-based, and only what differs is written."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel import bulk, clock, search
from cutwater.kernel.ids import new_id
from cutwater.kernel.reader import Reader, Rows, any_of, columns_of
from cutwater.sprints.core.records import Batch, IssueRecord
from cutwater.sprints.core.staging import Known, Staged, Stored, StoredStatus, known_from, stages_of
from cutwater.sprints.issues.models import Issue
from cutwater.sprints.sites.models import IssueStatus

_ISSUE = {
    "id": "uuid",
    "site_id": "uuid",
    "project_id": "uuid",
    "external_id": "text",
    "key": "text",
    "title": "text",
    "description": "text",
    "type_name": "text",
    "is_subtask": "boolean",
    "status": "text",
    "status_category": "text",
    "priority": "text",
    "points": "numeric",
    "discipline_team": "text",
    "reporter_name": "text",
    "reporter_account": "text",
    "owner_name": "text",
    "owner_account": "text",
    "assignee_name": "text",
    "assignee_account": "text",
    "is_flagged": "boolean",
    "parent_key": "text",
    "labels": "jsonb",
    "source_created_at": "timestamptz",
    "source_updated_at": "timestamptz",
    "resolved_at": "timestamptz",
    "done_at": "timestamptz",
    "done_source": "text",
    "remote_links": "integer",
    "fields": "jsonb",
    "synced_at": "timestamptz",
}
_COMPARED = [name for name in _ISSUE if name not in ("id", "site_id", "synced_at")]
_CHANGE = {
    "id": "uuid",
    "at": "timestamptz",
    "issue_id": "uuid",
    "external_id": "text",
    "position": "integer",
    "author_name": "text",
    "author_account": "text",
    "field": "text",
    "field_id": "text",
    "was": "text",
    "was_id": "text",
    "became": "text",
    "became_id": "text",
}
_LINK = {
    "id": "uuid",
    "issue_id": "uuid",
    "type_name": "text",
    "label": "text",
    "is_inward": "boolean",
    "is_blocker": "boolean",
    "other_key": "text",
    "other_title": "text",
    "other_category": "text",
}


def _names(columns: Mapping[str, str]) -> str:
    return ", ".join(columns)


_UPSERT_ISSUES = text(
    f"""
    insert into issue as stored ({_names(_ISSUE)})
    select {", ".join(f"given.{name}" for name in _ISSUE)} from {bulk.given(_ISSUE)}
    on conflict (id) do update set
      {", ".join(f"{name} = excluded.{name}" for name in [*_COMPARED, "synced_at"])},
      revision = stored.revision + 1, updated_at = now(), deleted_at = null
    where ({", ".join(f"stored.{name}" for name in _COMPARED)})
      is distinct from ({", ".join(f"excluded.{name}" for name in _COMPARED)})
      or stored.deleted_at is not null
    returning id, (xmax = 0) as created
    """  # noqa: S608 - the names are this file's own
)
_FRESH = text("update issue set synced_at = :now where id = any(cast(:ids as uuid[]))")
_PARK_KEYS = text("update issue set key = id::text where id = any(cast(:ids as uuid[]))")
_INSERT_CHANGES = text(
    f"""
    insert into issue_change ({_names(_CHANGE)}) select {_names(_CHANGE)} from {bulk.given(_CHANGE)}
    on conflict on constraint uq_issue_change_entry do nothing returning issue_id
    """  # noqa: S608
)
_UPSERT_LINKS = text(
    f"""
    insert into issue_link as stored ({_names(_LINK)}) select {_names(_LINK)} from {bulk.given(_LINK)}
    on conflict on constraint uq_issue_link_seen do update set
      label = excluded.label, is_blocker = excluded.is_blocker, other_title = excluded.other_title,
      other_category = excluded.other_category, updated_at = now()
    where (stored.label, stored.is_blocker, stored.other_title, stored.other_category)
      is distinct from (excluded.label, excluded.is_blocker, excluded.other_title, excluded.other_category)
    """  # noqa: S608
)
_DROP_LINKS = text(
    f"""
    delete from issue_link where issue_id = any(cast(:ids as uuid[])) and not exists (
      select 1 from {bulk.given(_LINK)} where given.issue_id = issue_link.issue_id
        and given.type_name = issue_link.type_name and given.is_inward = issue_link.is_inward
        and given.other_key = issue_link.other_key)
    """  # noqa: S608
)
_TIE_LINKS = text(
    """
    update issue_link set other_issue_id = other.id from issue mine, issue other
    where issue_link.other_issue_id is null and mine.id = issue_link.issue_id
      and other.site_id = mine.site_id and other.key = issue_link.other_key and mine.site_id = :site
    """
)
_REMAP = text(
    """
    update issue as stored set points = given.points, discipline_team = given.discipline_team,
      owner_name = given.owner_name, owner_account = given.owner_account, is_flagged = given.is_flagged,
      revision = stored.revision + 1, updated_at = now()
    from jsonb_to_recordset(cast(:rows as jsonb)) as given(id uuid, points numeric, discipline_team text,
      owner_name text, owner_account text, is_flagged boolean)
    where stored.id = given.id
      and (stored.points, stored.discipline_team, stored.owner_name,
        stored.owner_account, stored.is_flagged)
      is distinct from (given.points, given.discipline_team, given.owner_name,
      given.owner_account, given.is_flagged)
    returning stored.id
    """
)


class MappedFields(NamedTuple):
    """What a field mapping is applied to."""

    id: UUID
    project_id: UUID | None
    fields: dict[str, object]


class Counts(NamedTuple):
    """What was written of a batch: issues by what became of them, changes and links; `touched` are the ids
    of the issues that differ now."""

    created: int
    updated: int
    unchanged: int
    changes: int
    links: int
    touched: set[UUID]


async def known_of(reader: Reader, site_id: UUID, batch: Batch) -> Known:
    """What the site has of a batch: by external id first, else by key."""
    rows: dict[UUID, Stored] = {}
    here = Rows(Stored, select(*columns_of(Stored, Issue)).where(Issue.site_id == site_id))
    for piece in bulk.pieces(batch.issues, 5000):
        ids = [item.external_id for item in piece if item.external_id]
        keys = [item.key for item in piece]
        by_id, by_key = await reader.batch(
            here.where(any_of(Issue.external_id, ids)), here.where(any_of(Issue.key, keys))
        )
        rows.update({row.id: row for row in (*by_id, *by_key)})
    statuses = select(*columns_of(StoredStatus, IssueStatus)).where(IssueStatus.site_id == site_id)
    return known_from(rows, stages_of(batch, await reader.all(Rows(StoredStatus, statuses))))


async def mirror_issues(
    tx: AsyncSession, site_id: UUID, staged: Staged, projects: Mapping[str, UUID], told: bulk.Told
) -> Counts:
    """Write the issues, changes and links of what was staged; `told` hears how many rows are in."""
    now = clock.now()
    rows = [_issue_row(row, site_id, projects, now) for row in staged.rows.values()]
    if staged.renamed:
        # a key may have gone from one issue to another: none holds it while they change
        await tx.execute(_PARK_KEYS, {"ids": bulk.as_ids(each.issue_id for each in staged.renamed)})
    written = await bulk.write(tx, _UPSERT_ISSUES, rows, told=told)
    touched = {row.id for row in written}
    for piece in bulk.pieces(sorted(staged.rows.keys() - touched), 10_000):
        await tx.execute(_FRESH, {"ids": bulk.as_ids(piece), "now": now})
    created = sum(1 for row in written if row.created)
    counts = Counts(
        created=created,
        updated=len(written) - created,
        unchanged=len(rows) - len(written),
        changes=await _write_changes(tx, staged, told),
        links=await _write_links(tx, site_id, staged),
        touched=touched,
    )
    await _put_in_search(tx, staged, touched)
    return counts


def _issue_row(
    row: Mapping[str, object], site_id: UUID, projects: Mapping[str, UUID], now: datetime
) -> dict[str, object]:
    columns = {name: value for name, value in row.items() if name != "project_key"}
    project_id = projects.get(str(row["project_key"]))
    return columns | {"project_id": project_id, "site_id": site_id, "synced_at": now}


async def _write_changes(tx: AsyncSession, staged: Staged, told: bulk.Told) -> int:
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
    return len(await bulk.write(tx, _INSERT_CHANGES, rows, told=told))


async def _write_links(tx: AsyncSession, site_id: UUID, staged: Staged) -> int:
    total = 0
    telling = [(id_, record) for id_, record in staged.records.items() if "links" not in record.absent]
    for piece in bulk.pieces(telling):
        rows = [row for issue_id, record in piece for row in _link_rows(issue_id, record)]
        ids = bulk.as_ids(issue_id for issue_id, _ in piece)
        await tx.execute(_DROP_LINKS, {"rows": bulk.as_json(rows), "ids": ids})
        await bulk.write(tx, _UPSERT_LINKS, rows)
        total += len(rows)
    await tx.execute(_TIE_LINKS, {"site": site_id})
    return total


def _link_rows(issue_id: UUID, record: IssueRecord) -> list[dict[str, object]]:
    links = {(link.type_name, link.is_inward, link.other_key): link for link in record.links}
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
        for link in links.values()
    ]


async def _put_in_search(tx: AsyncSession, staged: Staged, touched: set[UUID]) -> None:
    entries = [
        search.Entry(
            kind="issue", id=id_, key=str(row["key"]), title=str(row["title"]), path=f"/issues/{row['key']}"
        )
        for id_, row in staged.rows.items()
        if id_ in touched
    ]
    await search.put_many(tx, entries)


async def mapped_fields(reader: Reader, site_id: UUID, after: UUID) -> list[MappedFields]:
    """The next thousand stored issues of a site, with the fields a mapping is applied to."""
    statement = select(*columns_of(MappedFields, Issue)).where(Issue.site_id == site_id, Issue.id > after)
    return await reader.all(Rows(MappedFields, statement.order_by(Issue.id).limit(bulk.SIZE)))


async def remap(tx: AsyncSession, rows: Sequence[Mapping[str, object]]) -> int:
    """Give issues the values of a changed field mapping; how many differ now."""
    return len(await bulk.write(tx, _REMAP, rows))
