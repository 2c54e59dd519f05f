"""Set-based writes of an import: rows travel as JSON, a thousand at a time; only what differs is written."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

SIZE = 1000
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
_STAY = {
    "id": "uuid",
    "sprint_id": "uuid",
    "issue_id": "uuid",
    "joined_at": "timestamptz",
    "left_at": "timestamptz",
}


def _given(columns: dict[str, str]) -> str:
    shape = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    return f"jsonb_to_recordset(cast(:rows as jsonb)) as given({shape})"


def _names(columns: dict[str, str]) -> str:
    return ", ".join(columns)


UPSERT_ISSUES = text(
    f"""
    insert into issue as stored ({_names(_ISSUE)})
    select {", ".join(f"given.{name}" for name in _ISSUE)} from {_given(_ISSUE)}
    on conflict (id) do update set
      {", ".join(f"{name} = excluded.{name}" for name in [*_COMPARED, "synced_at"])},
      revision = stored.revision + 1, updated_at = now(), deleted_at = null
    where ({", ".join(f"stored.{name}" for name in _COMPARED)})
      is distinct from ({", ".join(f"excluded.{name}" for name in _COMPARED)})
      or stored.deleted_at is not null
    returning id, (xmax = 0) as created
    """  # noqa: S608 - the names are this file's own
)
FRESH = text("update issue set synced_at = :now where id = any(cast(:ids as uuid[]))")
PARK_KEYS = text("update issue set key = id::text where id = any(cast(:ids as uuid[]))")
INSERT_CHANGES = text(
    f"""
    insert into issue_change ({_names(_CHANGE)}) select {_names(_CHANGE)} from {_given(_CHANGE)}
    on conflict on constraint uq_issue_change_entry do nothing returning issue_id
    """  # noqa: S608
)
UPSERT_LINKS = text(
    f"""
    insert into issue_link as stored ({_names(_LINK)}) select {_names(_LINK)} from {_given(_LINK)}
    on conflict on constraint uq_issue_link_seen do update set
      label = excluded.label, is_blocker = excluded.is_blocker, other_title = excluded.other_title,
      other_category = excluded.other_category, updated_at = now()
    where (stored.label, stored.is_blocker, stored.other_title, stored.other_category)
      is distinct from (excluded.label, excluded.is_blocker, excluded.other_title, excluded.other_category)
    """  # noqa: S608
)
DROP_LINKS = text(
    f"""
    delete from issue_link where issue_id = any(cast(:ids as uuid[])) and not exists (
      select 1 from {_given(_LINK)} where given.issue_id = issue_link.issue_id
        and given.type_name = issue_link.type_name and given.is_inward = issue_link.is_inward
        and given.other_key = issue_link.other_key)
    """  # noqa: S608
)
TIE_LINKS = text(
    """
    update issue_link set other_issue_id = other.id from issue mine, issue other
    where issue_link.other_issue_id is null and mine.id = issue_link.issue_id
      and other.site_id = mine.site_id and other.key = issue_link.other_key and mine.site_id = :site
    """
)
_SAME = """membership.sprint_id = given.sprint_id and membership.issue_id = given.issue_id
  and membership.joined_at is not distinct from given.joined_at
  and membership.left_at is not distinct from given.left_at"""
DROP_STAYS = text(
    f"""
    delete from sprint_membership as membership
    where membership.issue_id = any(cast(:ids as uuid[])) and membership.origin = 'FIELD'
      and not exists (select 1 from {_given(_STAY)} where {_SAME})
    """  # noqa: S608
)
INSERT_STAYS = text(
    f"""
    insert into sprint_membership (id, sprint_id, issue_id, origin, joined_at, left_at)
    select given.id, given.sprint_id, given.issue_id, 'FIELD', given.joined_at, given.left_at
    from {_given(_STAY)}
    where not exists (select 1 from sprint_membership membership where {_SAME})
      and not (given.left_at is null and exists (
        select 1 from sprint_membership membership where membership.sprint_id = given.sprint_id
          and membership.issue_id = given.issue_id and membership.left_at is null))
    """  # noqa: S608
)
JOIN_SPRINT = text(
    """
    insert into sprint_membership (id, sprint_id, issue_id, origin, joined_at)
    select given.id, :sprint, given.issue_id, 'CHOSEN', cast(:joined as timestamptz)
    from jsonb_to_recordset(cast(:rows as jsonb)) as given(id uuid, issue_id uuid)
    where not exists (select 1 from sprint_membership membership where membership.sprint_id = :sprint
      and membership.issue_id = given.issue_id and membership.left_at is null)
    returning issue_id
    """
)
REMAP = text(
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


def chunks(rows: Sequence[Any], size: int = SIZE) -> Iterator[Sequence[Any]]:
    """The rows in pieces."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def as_json(rows: Sequence[Any]) -> str:
    """Rows as the parameter of a statement; decimals keep their digits."""
    return orjson.dumps(rows, default=str).decode()


def as_ids(ids: Sequence[UUID]) -> list[str]:
    """Ids as the parameter of a statement."""
    return [str(each) for each in ids]


Told = Callable[[int], Awaitable[None]]


async def write(
    tx: AsyncSession, statement: Any, rows: Sequence[Any], *, told: Told | None = None, **values: Any
) -> list[Any]:
    """Run a statement over rows, piece by piece, and tell how many each had; gives all rows it returned."""
    found: list[Any] = []
    for piece in chunks(rows):
        result: Any = await tx.execute(statement, {"rows": as_json(piece), **values})
        if result.returns_rows:
            found.extend(result.all())
        if told is not None:
            await told(len(piece))
    return found
