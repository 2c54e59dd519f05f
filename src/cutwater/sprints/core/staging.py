"""From import records and a field mapping to the rows that go into the tables."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from cutwater.kernel.frozen import frozen
from cutwater.sprints.core import fields, history
from cutwater.sprints.core.facts import Category
from cutwater.sprints.core.fields import FieldMap, Mapped
from cutwater.sprints.core.reading import Notes, Spot
from cutwater.sprints.core.records import Batch, IssueRecord, Oddity, SprintRecord

# Row columns by the record's attribute that fills them: what the file does not carry stays as it is.
FILLED_BY = {
    "title": ("title",),
    "description": ("description",),
    "type_name": ("type_name", "is_subtask"),
    "status": ("status", "status_category"),
    "priority": ("priority",),
    "labels": ("labels",),
    "assignee": ("assignee_name", "assignee_account"),
    "reporter": ("reporter_name", "reporter_account"),
    "created_at": ("source_created_at",),
    "updated_at": ("source_updated_at",),
    "resolved_at": ("resolved_at",),
    "parent_key": ("parent_key",),
    "remote_links": ("remote_links",),
}
MAPPED = ("points", "discipline_team", "owner_name", "owner_account", "is_flagged")


class Stored(NamedTuple):
    """What is stored of an issue that an import may meet again."""

    id: UUID
    key: str
    external_id: str | None
    title: str
    description: str
    type_name: str
    is_subtask: bool
    status: str
    status_category: str
    priority: str | None
    assignee_name: str | None
    assignee_account: str | None
    reporter_name: str | None
    reporter_account: str | None
    labels: list[str]
    source_created_at: datetime | None
    source_updated_at: datetime | None
    resolved_at: datetime | None
    parent_key: str | None
    remote_links: int
    fields: dict[str, object]
    done_at: datetime | None
    done_source: str | None


class StoredStatus(NamedTuple):
    """A status of a site, as it is stored."""

    external_id: str
    name: str
    category: str


@frozen
class Known:
    """What the site already has: issues by external id and key, stages of its statuses."""

    by_external: Mapping[str, UUID] = field(default_factory=dict)
    by_key: Mapping[str, UUID] = field(default_factory=dict)
    rows: Mapping[UUID, Stored] = field(default_factory=dict)
    stages: Mapping[tuple[str, str], Category] = field(default_factory=dict)

    def find(self, record: IssueRecord) -> Stored | None:
        """What is stored of an issue, by external id first, else by key; None when it is new."""
        issue_id = self.by_external.get(record.external_id or "") or self.by_key.get(record.key)
        return self.rows.get(issue_id) if issue_id else None

    def stage(self, id_: str, name: str) -> Category:
        """The stage of a status by its id, or by its name when that means one stage only."""
        if id_ and ("id", id_) in self.stages:
            return self.stages["id", id_]
        return self.stages.get(("name", name.casefold()), Category.UNKNOWN)


@frozen
class KeyChange:
    """An issue that is called otherwise now, and is the same by its external id."""

    issue_id: UUID
    was: str
    now: str


@dataclass(kw_only=True, slots=True)
class Staged:
    """Everything of a batch by the id of its issue: the row to store, the record, the sprints it is in."""

    rows: dict[UUID, dict[str, object]] = field(default_factory=dict)
    records: dict[UUID, IssueRecord] = field(default_factory=dict)
    sprints: dict[UUID, tuple[SprintRecord, ...]] = field(default_factory=dict)
    renamed: list[KeyChange] = field(default_factory=list)
    oddities: list[Oddity] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many rows of issues and changes there are."""
        return len(self.rows) + sum(len(record.changes) for record in self.records.values())


def known_from(rows: Mapping[UUID, Stored], stages: Mapping[tuple[str, str], Category]) -> Known:
    """What a site has, ready to be looked up."""
    return Known(
        by_external={row.external_id: row.id for row in rows.values() if row.external_id},
        by_key={row.key: row.id for row in rows.values()},
        rows=rows,
        stages=stages,
    )


def stages_of(batch: Batch, stored: Iterable[StoredStatus] = ()) -> dict[tuple[str, str], Category]:
    """Stages by status id and by name, from the site's list, the batch's list and the issues themselves."""
    known: dict[tuple[str, str], Category] = {}
    names: dict[str, set[Category]] = {}
    seen = [(item.status_id, item.status, item.category) for item in batch.issues if item.status]
    kept = [(item.external_id, item.name, Category(item.category)) for item in stored]
    listed = [(item.external_id, item.name, item.category) for item in batch.statuses]
    for id_, name, category in (*seen, *kept, *listed):
        if category is Category.UNKNOWN:
            continue
        if id_:
            known["id", id_] = category
        names.setdefault(name.casefold(), set()).add(category)
    for name, categories in names.items():
        if len(categories) == 1:
            known["name", name] = next(iter(categories))
    return known


def stage(batch: Batch, mapping: FieldMap, known: Known, *, new_id: Callable[[], UUID]) -> Staged:
    """Rows for every issue of a batch; oddities of the mapped values and of changed keys come along."""
    staged = Staged()
    notes: dict[str, Notes] = {}
    for record in batch.issues:
        spot = _spot(record, notes)
        stored = known.find(record)
        if stored is not None and _is_same(record, stored, spot) and stored.key != record.key:
            staged.renamed.append(KeyChange(issue_id=stored.id, was=stored.key, now=record.key))
        mapped = fields.apply(mapping, _merged_fields(record, stored), spot)
        issue_id = stored.id if stored is not None else new_id()
        staged.rows[issue_id] = {"id": issue_id, **_row(record, mapped, known, stored)}
        staged.records[issue_id] = record
        staged.sprints[issue_id] = mapped.sprints
    staged.oddities = [oddity for item in notes.values() for oddity in item.oddities]
    return staged


def meet(batch: Batch, known: Known) -> tuple[int, list[Oddity]]:
    """How many issues of a batch the site has already, and what is odd about their being the same."""
    notes: dict[str, Notes] = {}
    met = 0
    for record in batch.issues:
        stored = known.find(record)
        if stored is not None:
            met += _is_same(record, stored, _spot(record, notes))
    return met, [oddity for item in notes.values() for oddity in item.oddities]


def _spot(record: IssueRecord, notes: dict[str, Notes]) -> Spot:
    told = notes.setdefault(record.file, Notes(file=record.file))
    return Spot(notes=told, row=record.row, key=record.key)


def _is_same(record: IssueRecord, stored: Stored, spot: Spot) -> bool:
    """Whether a record is the issue it seems to be: a second Jira counts its ids from the same start."""
    if record.external_id and stored.external_id and record.external_id != stored.external_id:
        text = f"{record.key} has id {stored.external_id} in this site and {record.external_id} in the file"
    elif stored.key == record.key:
        return True
    elif _has_moved(record, stored):
        text = f"{stored.key} is called {record.key} now (same id {record.external_id})"
        spot.warn("key_changed", "key", text)
        return True
    else:
        text = f"{record.key} has id {record.external_id}, which is {stored.key}, another issue, in this site"
    spot.error("other_site", "id", f"{text}; import the file into a site of its own")
    return False


def _has_moved(record: IssueRecord, stored: Stored) -> bool:
    if any(change.field == "Key" and change.was == stored.key for change in record.changes):
        return True
    if record.created_at and stored.source_created_at:
        return record.created_at == stored.source_created_at
    return record.title == stored.title


def _merged_fields(record: IssueRecord, stored: Stored | None) -> Mapping[str, object]:
    if stored is None or "fields" not in record.absent:
        return record.fields
    return {**stored.fields, **record.fields}


def _row(record: IssueRecord, mapped: Mapped, known: Known, stored: Stored | None) -> dict[str, object]:
    category = record.category
    if category is Category.UNKNOWN:
        category = known.stage(record.status_id, record.status)
    done_at, source = history.done_at(category, record.changes, known.stage, record.resolved_at)
    row: dict[str, object] = {
        "external_id": record.external_id,
        "project_key": record.project_key,
        "key": record.key,
        "title": record.title,
        "description": record.description,
        "type_name": record.type_name,
        "is_subtask": record.is_subtask,
        "status": record.status,
        "status_category": category,
        "priority": record.priority,
        "reporter_name": record.reporter.name if record.reporter else None,
        "reporter_account": record.reporter.account_id if record.reporter else None,
        "assignee_name": record.assignee.name if record.assignee else None,
        "assignee_account": record.assignee.account_id if record.assignee else None,
        "parent_key": record.parent_key,
        "labels": list(record.labels),
        "source_created_at": record.created_at,
        "source_updated_at": record.updated_at,
        "resolved_at": record.resolved_at,
        "done_at": done_at,
        "done_source": source,
        "remote_links": record.remote_links,
        "fields": dict(_merged_fields(record, stored)),
        **mapped_columns(mapped),
    }
    if stored is not None:
        _keep_absent(row, record, stored)
    return row


def mapped_columns(mapped: Mapped) -> dict[str, object]:
    """The columns a field mapping fills."""
    return {
        "points": mapped.points,
        "discipline_team": mapped.discipline,
        "owner_name": mapped.owner.name if mapped.owner else None,
        "owner_account": mapped.owner.account_id if mapped.owner else None,
        "is_flagged": mapped.is_flagged,
    }


def _keep_absent(row: dict[str, object], record: IssueRecord, stored: Stored) -> None:
    for attribute in record.absent:
        for column in FILLED_BY.get(attribute, ()):
            row[column] = getattr(stored, column)
    if record.external_id is None:
        row["external_id"] = stored.external_id
    if row["done_at"] is None and stored.done_at and row["status_category"] == stored.status_category:
        row["done_at"], row["done_source"] = stored.done_at, stored.done_source
