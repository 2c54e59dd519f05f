"""Which column of a worksheet is what: recognised by name, however the header was written."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from cutwater.kernel.frozen import frozen


class Field(StrEnum):
    """What a worksheet can say about a step."""

    CODE = "code"
    TITLE = "title"
    SEQUENCE = "sequence"
    PHASE = "phase"
    TYPE = "type"
    TEAM = "team"
    OWNER = "owner"
    ASSIGNEE = "assignee"
    DEPUTY = "deputy"
    DURATION = "duration"
    LINKS = "links"
    PLANNED_START = "planned_start"
    FIXED_START = "fixed_start"
    DEADLINE = "deadline"
    ENVIRONMENT = "environment"
    LABELS = "labels"
    INSTRUCTIONS = "instructions"
    ROLLBACK = "rollback"


REQUIRED = (Field.CODE, Field.TITLE)

LABELS: Mapping[Field, str] = {
    Field.CODE: "Code (required)",
    Field.TITLE: "Title (required)",
    Field.SEQUENCE: "Sequence",
    Field.PHASE: "Phase",
    Field.TYPE: "Step type",
    Field.TEAM: "Owning team",
    Field.OWNER: "Owner (team or person)",
    Field.ASSIGNEE: "Assignee",
    Field.DEPUTY: "Deputy",
    Field.DURATION: "Planned duration",
    Field.LINKS: "Predecessors",
    Field.PLANNED_START: "Planned start",
    Field.FIXED_START: "Fixed start (not before)",
    Field.DEADLINE: "Deadline",
    Field.ENVIRONMENT: "Environment role",
    Field.LABELS: "Labels",
    Field.INSTRUCTIONS: "Instructions",
    Field.ROLLBACK: "Rollback procedure",
}

# Normal forms of whole headers, best first. Order of fields matters: the first to claim a column keeps it.
NAMES: Mapping[Field, tuple[str, ...]] = {
    Field.CODE: (
        "code", "step code", "task id", "task ref", "step id", "step ref", "id", "ref", "task code",
        "reference", "task no", "step no", "task number", "step number", "no", "nr", "number", "wbs", "key",
        "external id", "unique id", "activity id", "item", "step #", "task #", "#",
    ),
    Field.TITLE: (
        "title", "task name", "step name", "task", "step", "name", "description", "task description",
        "step description", "activity", "activity name", "action", "summary", "what", "task title",
        "step title",
    ),
    Field.SEQUENCE: ("sequence", "stage", "track", "wave", "block"),
    Field.PHASE: ("phase", "chapter", "workstream", "stream", "work stream", "section", "group", "area"),
    Field.TYPE: ("type", "step type", "task type", "kind", "activity type"),
    Field.TEAM: (
        "team", "owning team", "owner team", "responsible team", "support team", "resolver group", "squad",
        "department", "assignment group",
    ),
    Field.OWNER: (
        "owner", "assigned to", "responsible", "who", "resource", "resources", "resource names", "task owner",
        "step owner", "accountable", "performed by", "executor", "contact",
    ),
    Field.ASSIGNEE: ("assignee", "person", "actor", "engineer"),
    Field.DEPUTY: ("deputy", "backup", "back up", "stand in", "substitute", "secondary owner"),
    Field.DURATION: (
        "duration", "est duration", "estimated duration", "planned duration", "estimate", "length",
        "time needed",
        "expected duration", "dur", "effort", "work", "minutes", "mins",
    ),
    Field.LINKS: (
        "depends on", "predecessors", "predecessor", "dependencies", "dependency", "dependson", "after",
        "waits for",
        "preceded by", "prerequisite", "prerequisites", "blocked by", "pred", "links", "previous step",
    ),
    Field.PLANNED_START: (
        "planned start", "start", "start time", "planned start time", "scheduled start", "begin",
        "start date",
        "planned begin", "start at", "est start",
    ),
    Field.FIXED_START: (
        "fixed start", "not before", "start no earlier than", "earliest start", "constraint date",
        "must start on",
    ),
    Field.DEADLINE: (
        "deadline", "must finish by", "due", "due by", "due date", "finish by", "latest finish",
        "no later than",
        "must end by", "complete by", "hard stop",
    ),
    Field.ENVIRONMENT: ("environment", "environment role", "env", "platform", "target environment"),
    Field.LABELS: ("labels", "label", "tags", "tag", "keywords"),
    Field.INSTRUCTIONS: (
        "instructions", "instruction", "procedure", "how", "details", "detail", "steps", "notes",
        "work instructions",
        "commands", "actions", "checklist",
    ),
    Field.ROLLBACK: ("rollback", "rollback procedure", "roll back", "backout", "back out", "fallback"),
}  # fmt: skip

_BRACKETS = re.compile(r"[(\[{]([^)\]}]*)[)\]}]")
_NOISE = re.compile(r"[^a-z0-9#]+")

_UNIT_MINUTES: Mapping[str, float] = {
    "min": 1, "mins": 1, "minutes": 1, "minute": 1, "m": 1, "mn": 1,
    "h": 60, "hr": 60, "hrs": 60, "hours": 60, "hour": 60,
    "d": 1440, "day": 1440, "days": 1440, "s": 1 / 60, "sec": 1 / 60, "seconds": 1 / 60,
}  # fmt: skip


@frozen
class Columns:
    """A mapping: field → position of its column, with what the headers say of units and zones."""

    header_row: int
    headers: tuple[str, ...]
    positions: Mapping[Field, int]
    notes: tuple[str, ...] = ()

    @property
    def missing(self) -> list[Field]:
        return [field for field in REQUIRED if field not in self.positions]

    def header(self, field: Field) -> str:
        """The header of a field's column as the sheet wrote it."""
        position = self.positions.get(field)
        return LABELS[field] if position is None else self.headers[position]

    def unit_minutes(self, field: Field) -> float:
        """The unit of bare numbers, from a header such as `Duration (h)`; minutes otherwise."""
        return self._unit(field) or 1

    def names_unit(self, field: Field) -> bool:
        """Whether the header says what bare numbers are."""
        return self._unit(field) is not None

    def _unit(self, field: Field) -> float | None:
        for word in _bracketed(self.header(field)).split():
            if word in _UNIT_MINUTES:
                return _UNIT_MINUTES[word]
        last = (_plain(self.header(field)).split() or [""])[-1]
        return _UNIT_MINUTES[last] if last in ("hours", "hrs", "days", "minutes", "mins") else None

    def is_utc(self, field: Field) -> bool:
        """Whether the header says its times are UTC, as `Planned Start (UTC)` does."""
        words = (_plain(self.header(field)) + " " + _bracketed(self.header(field))).split()
        return "utc" in words or "gmt" in words


def _bracketed(header: str) -> str:
    return _NOISE.sub(" ", " ".join(_BRACKETS.findall(header)).lower()).strip()


def _plain(header: str) -> str:
    return _NOISE.sub(" ", _BRACKETS.sub(" ", header).lower()).strip()


def recognise(headers: Sequence[str], header_row: int = 1) -> Columns:
    """Give each field its column: whole names first, then names that start with a known one."""
    plain = [_without_zone(_plain(header)) for header in headers]
    positions: dict[Field, int] = {}
    taken: set[int] = set()
    for matches in (str.__eq__, _begins):
        for field, names in NAMES.items():
            if field in positions:
                continue
            position = next(
                (
                    at
                    for name in names
                    for at, each in enumerate(plain)
                    if at not in taken and matches(each, name)
                ),
                None,
            )
            if position is not None:
                positions[field] = position
                taken.add(position)
    return Columns(
        header_row=header_row, headers=tuple(headers), positions=positions, notes=tuple(_doubles(headers))
    )


def _begins(header: str, name: str) -> bool:
    return len(name) > 3 and header.startswith(name + " ")


def _without_zone(header: str) -> str:
    return re.sub(r"\s+(utc|gmt)$", "", header)


def _doubles(headers: Sequence[str]) -> list[str]:
    notes: list[str] = []
    seen: dict[str, int] = {}
    for position, header in enumerate(headers):
        key = header.strip().casefold()
        if key and key in seen:
            notes.append(
                f"Two columns are called “{header.strip()}” ({letter(seen[key])} and {letter(position)}); "
                f"{letter(seen[key])} is read unless you choose the other."
            )
        elif key:
            seen[key] = position
    return notes


def find_header(rows: Sequence[Sequence[str]]) -> int:
    """The position of the header among the first rows: the one whose cells name most fields."""
    best, best_count = 0, 1
    for position, row in enumerate(rows[:20]):
        count = len(recognise(list(row)).positions)
        if count > best_count:
            best, best_count = position, count
    if best_count == 1:
        return next((position for position, row in enumerate(rows) if any(cell.strip() for cell in row)), 0)
    return best


def letter(position: int) -> str:
    """The spreadsheet's name of a column: 0 → A, 26 → AA."""
    name = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        name = chr(65 + rest) + name
    return name


def position_of(name: str) -> int:
    """The position of a spreadsheet's column: A → 0, AA → 26."""
    position = 0
    for character in name:
        position = position * 26 + ord(character) - 64
    return position - 1
