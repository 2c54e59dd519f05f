"""What a person sees of an import before it is applied: contents, mapping, coverage and oddities."""

from collections.abc import Iterable, Sequence
from dataclasses import field
from decimal import Decimal
from typing import TypedDict

from cutwater.kernel.frozen import frozen
from cutwater.sprints.core import coverage, detection, fields
from cutwater.sprints.core.coverage import GapData
from cutwater.sprints.core.facts import Role, Severity
from cutwater.sprints.core.fields import FieldMap
from cutwater.sprints.core.reading import Notes, Spot, grouped
from cutwater.sprints.core.records import Batch, IssueRecord, Oddity

EXAMPLES = 20


class FileContent(TypedDict):
    """What a file was recognised to be."""

    file: str
    content: str
    rows: int


class Choice(TypedDict):
    """A field that may play a role, and why."""

    field: str
    name: str
    score: int
    reason: str
    filled: int
    samples: list[str]


class Choices(TypedDict, total=False):
    """What a person chooses from: `all` are the id, the name and the count of every field."""

    known: list[str]
    candidates: dict[str, list[Choice]]
    confirmed: list[str]
    projects: list[str]
    names_sprints: bool
    all: list[tuple[str, str, int]]


class Place(TypedDict):
    """Where something odd was met."""

    row: int | None
    key: str
    text: str


class OddityKind(TypedDict):
    """Oddities of one kind: how many, and the first places."""

    code: str
    severity: str
    file: str
    field: str
    count: int
    text: str
    places: list[Place]


@frozen
class Review:
    """What reading found, as plain data for the import's row."""

    mapping: FieldMap
    choices: Choices
    coverage: list[GapData]
    counts: dict[str, int] = field(default_factory=dict)
    oddities: list[Oddity] = field(default_factory=list)


@frozen
class Preview:
    """An issue as coverage looks at it, before it is stored."""

    discipline_team: str | None
    points: Decimal | None
    owner_name: str | None
    reporter_name: str | None
    assignee_name: str | None
    priority: str | None
    status_category: str
    done_at: object


def review(batch: Batch, confirmed: FieldMap | None) -> Review:
    """The mapping to propose (the confirmed one where its fields still exist) and what it would cover."""
    facts = detection.observe(batch.issues, batch.fields)
    total = len(batch.issues)
    known = {item.id for item in facts}
    proposed = detection.propose(facts, total)
    mapping = _with_confirmed(proposed, confirmed, known)
    kept = [role for role, field_id in (confirmed.as_dict() if confirmed else {}).items() if field_id]
    choices: Choices = {
        "known": sorted(known | {field_id for field_id in mapping.as_dict().values() if field_id}),
        "candidates": {
            role.value: [_choice(item) for item in detection.candidates(role, facts, total)] for role in Role
        },
        "confirmed": sorted(kept),
        "projects": projects(batch),
        "names_sprints": any(
            "sprint" in item.fields or mapping.sprint in item.fields for item in batch.issues
        ),
        "all": sorted(
            ((item.id, item.name or item.id, item.filled) for item in facts), key=lambda item: item[1].lower()
        ),
    }
    counts = {
        "issues": total,
        "sprints": len(batch.sprints),
        "changes": sum(len(item.changes) for item in batch.issues),
        "links": sum(len(item.links) for item in batch.issues),
        "worklogs": batch.worklogs,
        "remote_links": batch.remote_links,
        "subtasks": sum(item.is_subtask for item in batch.issues),
    }
    notes: dict[str, Notes] = {}
    gaps = coverage.cover([_preview(item, mapping, notes) for item in batch.issues])
    return Review(
        mapping=mapping,
        choices=choices,
        coverage=[gap.as_dict() for gap in gaps],
        counts=counts,
        oddities=[oddity for item in notes.values() for oddity in item.oddities],
    )


def _with_confirmed(proposed: FieldMap, confirmed: FieldMap | None, known: set[str]) -> FieldMap:
    """What was confirmed stays, unless the files lack that field and have another one for its role."""
    roles = proposed.as_dict()
    for role, field_id in (confirmed.as_dict() if confirmed else {}).items():
        if field_id and (field_id in known or not roles[role]):
            roles[role] = field_id
    return FieldMap(**roles)


def projects(batch: Batch) -> list[str]:
    """The projects whose issues are in a batch."""
    return sorted({item.project_key for item in batch.issues if item.project_key})


def _choice(item: detection.Candidate) -> Choice:
    return {
        "field": item.field_id, "name": item.name, "score": item.score, "reason": item.reason,
        "filled": item.filled, "samples": list(item.samples),
    }  # fmt: skip


def _preview(issue: IssueRecord, mapping: FieldMap, notes: dict[str, Notes]) -> Preview:
    told = notes.setdefault(issue.file, Notes(file=issue.file))
    mapped = fields.apply(mapping, issue.fields, Spot(notes=told, row=issue.row, key=issue.key))
    return Preview(
        discipline_team=mapped.discipline,
        points=mapped.points,
        owner_name=mapped.owner.name if mapped.owner else None,
        reporter_name=issue.reporter.name if issue.reporter else None,
        assignee_name=issue.assignee.name if issue.assignee else None,
        priority=issue.priority,
        status_category=issue.category,
        done_at=issue.resolved_at or (issue.changes or None),
    )


def contents(batch: Batch) -> list[FileContent]:
    """What each file was recognised to be."""
    return [{"file": item.name, "content": item.content.value, "rows": item.rows} for item in batch.files]


def kept(oddities: Iterable[Oddity]) -> list[OddityKind]:
    """Oddities as they are stored: by kind, each with its count and its first places."""
    return [
        {
            "code": first.code, "severity": first.severity.value, "file": first.file, "field": first.field,
            "count": count, "text": first.text,
            "places": [{"row": item.row, "key": item.key, "text": item.text} for item in examples],
        }
        for first, count, examples in grouped(list(oddities), EXAMPLES)
    ]  # fmt: skip


def failure(oddities: Sequence[Oddity]) -> str:
    """Why an import stopped, in one sentence that names file, row and field of the first error."""
    errors = [item for item in oddities if item.severity is Severity.ERROR]
    if not errors:
        return "Nothing was found that Cutwater can import. Nothing was applied."
    first = errors[0]
    more = {1: "", 2: " There is one more error."}.get(
        len(errors), f" There are {len(errors) - 1} more errors."
    )
    return f"{place(first.file, first.row, first.field)}: {first.text}.{more} Nothing was applied."


def place(file: str, row: int | None, name: str) -> str:
    """Where something stands: "issues.csv, row 7, field Summary"."""
    parts = [file or "the files"]
    if row is not None:
        parts.append(f"row {row}")
    if name:
        parts.append(f"field {name}")
    return ", ".join(parts)
