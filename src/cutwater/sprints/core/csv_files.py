"""Issues and sprints from CSV: Jira's own export with repeated columns, or a sheet of plain headers."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from cutwater.kernel.frozen import frozen
from cutwater.sprints.core.facts import Category, Content, SprintState
from cutwater.sprints.core.reading import CELL_LIMIT, ISSUE_KEY, NAME_LIMIT, TITLE_LIMIT, Notes, Spot
from cutwater.sprints.core.records import (
    FieldRecord,
    IssueRecord,
    LinkRecord,
    PersonRecord,
    SourceFile,
    SprintRecord,
)

# What a column holds, by the names people give it (compared without case, spaces and punctuation).
COLUMNS: dict[str, tuple[str, ...]] = {
    "key": ("issuekey", "key", "ticket", "ticketkey", "issue", "jirakey", "ticketid"),
    "external_id": ("issueid", "id", "externalid"),
    "title": ("summary", "title", "issuetitle", "subject"),
    "type_name": ("issuetype", "type", "tickettype", "kind"),
    "status": ("status", "state", "issuestatus"),
    "category": ("statuscategory", "stage"),
    "priority": ("priority", "prio"),
    "assignee": ("assignee", "assignedto", "assigneename"),
    "assignee_id": ("assigneeid",),
    "reporter": ("reporter", "reportedby", "creator"),
    "reporter_id": ("reporterid", "creatorid"),
    "parent_key": ("parentkey", "parent", "epiclink", "customfieldepiclink"),
    "parent_id": ("parentid",),
    "project_key": ("projectkey",),
    "created_at": ("created", "createdat", "createddate"),
    "updated_at": ("updated", "updatedat", "lastupdated"),
    "resolved_at": ("resolved", "resolutiondate", "resolvedat", "done"),
    "labels": ("labels", "label"),
    "description": ("description",),
    "sprint": ("sprint", "sprints", "sprintname", "customfieldsprint"),
}
SPRINT_COLUMNS: dict[str, tuple[str, ...]] = {
    "external_id": ("sprintid", "id", "externalid"),
    "name": ("sprint", "sprintname", "name"),
    "state": ("state", "status", "sprintstate"),
    "goal": ("goal", "sprintgoal"),
    "starts_at": ("start", "startdate", "starts", "from", "begin", "startson"),
    "ends_at": ("end", "enddate", "ends", "to", "finish", "endson"),
    "completed_at": ("completed", "completedate", "completeddate", "closed"),
}
_CATEGORIES = {
    "todo": Category.TODO, "new": Category.TODO, "open": Category.TODO,
    "inprogress": Category.IN_PROGRESS, "indeterminate": Category.IN_PROGRESS,
    "done": Category.DONE, "complete": Category.DONE, "completed": Category.DONE,
}  # fmt: skip
_STATES = {
    "future": SprintState.PLANNING, "planning": SprintState.PLANNING, "planned": SprintState.PLANNING,
    "active": SprintState.ACTIVE, "closed": SprintState.COMPLETED, "completed": SprintState.COMPLETED,
    "cancelled": SprintState.CANCELLED,
}  # fmt: skip
_SUBTASKS = {"subtask", "sub-task", "sub task", "unteraufgabe", "sous-tâche", "子任务"}
_ABSENT_IN_CSV = frozenset({"changes", "remote_links", "fields"})
_EXCEL_MARK = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_LINK = re.compile(r"(inward|outward) issue link \((.+)\)", re.IGNORECASE)
_PHRASES = {"blocks": ("is blocked by", "blocks"), "duplicate": ("is duplicated by", "duplicates")}


@dataclass(kw_only=True, slots=True)
class Sheet:
    """What one CSV file gave."""

    content: Content = Content.UNKNOWN
    rows: int = 0
    issues: list[IssueRecord] = field(default_factory=list)
    sprints: list[SprintRecord] = field(default_factory=list)
    fields: list[FieldRecord] = field(default_factory=list)


@frozen
class Layout:
    """Where each thing stands: column numbers by meaning, and the remaining columns as mappable fields."""

    headers: list[str]
    places: dict[str, list[int]]
    links: list[tuple[int, bool, str]]
    rest: dict[str, list[int]]


def read(file: SourceFile, notes: Notes) -> Sheet:
    """Read a CSV file of issues or of sprints; which one is told by its columns."""
    rows = list(_rows(file, notes))
    if not rows:
        if not notes.oddities:
            Spot(notes=notes).error("empty", "", "the file has no rows")
        return Sheet()
    heading = Spot(notes=notes, row=rows[0][0])
    headers = [heading.text(header, "", CELL_LIMIT) for header in rows[0][1]]
    layout = layout_of(headers, COLUMNS)
    if "key" in layout.places:
        return _issues(layout, rows[1:], notes)
    sprint_layout = layout_of(headers, SPRINT_COLUMNS)
    if "name" in sprint_layout.places and ({"starts_at", "state", "ends_at"} & set(sprint_layout.places)):
        return _sprints(sprint_layout, rows[1:], notes)
    seen = ", ".join(f"“{header[:40]}”" for header in headers[:12])
    text = f"no column with the issue key (such as “Issue key” or “Key”); the columns are {seen}"
    Spot(notes=notes, row=rows[0][0]).error("missing_column", "Issue key", text)
    return Sheet()


def layout_of(headers: list[str], columns: dict[str, tuple[str, ...]]) -> Layout:
    """Which column holds what; a header no one knows becomes a field that the mapping may use."""
    meaning = {alias: name for name, aliases in columns.items() for alias in aliases}
    places: dict[str, list[int]] = {}
    rest: dict[str, list[int]] = {}
    links = []
    for number, header in enumerate(headers):
        link = _LINK.fullmatch(header)
        name = meaning.get(_plain(header))
        if link:
            links.append((number, link.group(1).lower() == "inward", link.group(2)))
        elif name:
            places.setdefault(name, []).append(number)
        elif header:
            rest.setdefault(header[:NAME_LIMIT], []).append(number)
    return Layout(headers=headers, places=places, links=links, rest=rest)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _rows(file: SourceFile, notes: Notes) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(file.content, notes)
    if text is None:
        return
    csv.field_size_limit(100_000_000)
    mark = _EXCEL_MARK.match(text)
    head = text[mark.end() if mark else 0 :].partition("\n")[0]
    delimiter = mark.group(1) if mark else _delimiter(head)
    row = 0
    try:
        for row, cells in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1
        ):
            if any(cell.strip() for cell in cells) and not (mark and row == 1):
                yield row, cells
    except csv.Error as wrong:
        open_quote = "unexpected end of data" in str(wrong)
        reason = "a quotation mark is opened here and never closed" if open_quote else wrong
        Spot(notes=notes, row=row + 1).error("csv", "", f"not readable as CSV: {reason}")


def _decoded(content: bytes, notes: Notes) -> str | None:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    if encoding != "utf-16" and b"\x00" in content[:4]:
        text = "looks like UTF-16 without its mark; save the sheet as “CSV UTF-8”"
        Spot(notes=notes, row=1).error("encoding", "", text)
        return None
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as wrong:
        row = content.count(b"\n", 0, wrong.start) + 1
        if encoding == "utf-16":
            text = "cut off or damaged: it begins as UTF-16 but is not; save the sheet as “CSV UTF-8”"
            Spot(notes=notes, row=row).error("encoding", "", text)
            return None
        byte = content[wrong.start]
        text = f"not UTF-8: byte 0x{byte:02X}; save the sheet as “CSV UTF-8”"
        Spot(notes=notes, row=row).error("encoding", _column_of(content, wrong.start, row), text)
        return None


def _column_of(content: bytes, at: int, row: int) -> str:
    start = content.rfind(b"\n", 0, at) + 1
    head = content.partition(b"\n")[0].decode("utf-8-sig", "replace")
    mark = _delimiter(head)
    headers = head.strip().split(mark)
    number = content[start:at].count(mark.encode())
    return headers[number].strip('"') if row > 1 and number < len(headers) else ""


def _delimiter(head: str) -> str:
    outside = re.sub(r'"[^"]*"', "", head)
    return max(",;\t|", key=outside.count)


def _issues(layout: Layout, rows: list[tuple[int, list[str]]], notes: Notes) -> Sheet:
    sheet = Sheet(content=Content.ISSUES, rows=len(rows))
    for header in layout.rest:
        inner = re.fullmatch(r"custom field \((.+)\)", header, re.IGNORECASE)
        sheet.fields.append(FieldRecord(id=header, name=inner.group(1) if inner else header))
    if "title" not in layout.places:
        Spot(notes=notes, row=1).warn(
            "missing_column", "Summary", "no column with the title; the keys are shown instead"
        )
    if "status" not in layout.places:
        Spot(notes=notes, row=1).warn("missing_column", "Status", "no column with the status")
    for row, cells in rows:
        issue = _issue(Row(layout=layout, cells=cells, spot=Spot(notes=notes, row=row)))
        if issue:
            sheet.issues.append(issue)
    return sheet


@dataclass(kw_only=True, slots=True)
class Row:
    """One line of the sheet under its headers."""

    layout: Layout
    cells: list[str]
    spot: Spot

    def every(self, name: str, limit: int = CELL_LIMIT) -> list[str]:
        """All filled cells of the columns that hold `name`."""
        numbers = self.layout.places.get(name, [])
        found = (self.at(number, limit) for number in numbers)
        return [cell for cell in found if cell]

    def one(self, name: str, limit: int = NAME_LIMIT) -> str:
        """The first filled cell of the columns that hold `name`."""
        return next(iter(self.every(name, limit)), "")

    def at(self, number: int, limit: int) -> str:
        """The cell in a column; a short row has empty cells."""
        if number >= len(self.cells) or not self.cells[number]:
            return ""
        return self.spot.plain(self.cells[number], self.layout.headers[number], limit)

    def header(self, name: str) -> str:
        """The header a person sees over the column that holds `name`."""
        numbers = self.layout.places.get(name)
        return self.layout.headers[numbers[0]] if numbers else name


def _issue(row: Row) -> IssueRecord | None:
    spot = row.spot
    key = spot.key = row.one("key").upper()
    if len(row.cells) > len(row.layout.headers):
        extra = len(row.cells) - len(row.layout.headers)
        spot.error(
            "too_many_cells", "", f"{extra} more cells than there are columns; is a quotation mark missing?"
        )
        return None
    if not ISSUE_KEY.fullmatch(key):
        wrong = f"“{key[:40]}” is no issue key" if key else "the issue key is empty"
        spot.error("missing", row.header("key"), wrong)
        return None
    type_name = row.one("type_name")
    return IssueRecord(
        key=key,
        external_id=row.one("external_id") or None,
        title=row.one("title", TITLE_LIMIT) or key,
        file=spot.notes.file,
        row=spot.row or 0,
        project_key=row.one("project_key") or key.rpartition("-")[0],
        description=row.one("description", CELL_LIMIT),
        type_name=type_name,
        is_subtask=type_name.casefold() in _SUBTASKS,
        status=row.one("status"),
        category=_category(row),
        priority=row.one("priority") or None,
        reporter=_person(row, "reporter"),
        assignee=_person(row, "assignee"),
        parent_key=next((cell.upper() for cell in row.every("parent_key") if "-" in cell), None),
        labels=tuple(dict.fromkeys(" ".join(row.every("labels")).split())),
        created_at=spot.instant(row.one("created_at"), row.header("created_at")),
        updated_at=spot.instant(row.one("updated_at"), row.header("updated_at")),
        resolved_at=spot.instant(row.one("resolved_at"), row.header("resolved_at")),
        links=tuple(_links(row)),
        fields=_fields(row),
        absent=_ABSENT_IN_CSV | {name for name in COLUMNS if name not in row.layout.places},
    )


def _category(row: Row) -> Category:
    written = row.one("category")
    if written and _plain(written) not in _CATEGORIES:
        row.spot.warn("unknown_category", row.header("category"), f"“{written[:40]}” is no status category")
    return _CATEGORIES.get(_plain(written), Category.UNKNOWN)


def _person(row: Row, name: str) -> PersonRecord | None:
    shown, account = row.one(name), row.one(f"{name}_id")
    if not shown or _plain(shown) == "unassigned":
        return None
    return PersonRecord(account_id=account, name=shown)


def _links(row: Row) -> Iterator[LinkRecord]:
    for number, is_inward, kind in row.layout.links:
        other = row.at(number, NAME_LIMIT)
        if other:
            phrases = _PHRASES.get(kind.casefold(), (kind, kind))
            label = phrases[0] if is_inward else phrases[1]
            yield LinkRecord(type_name=kind, label=label, is_inward=is_inward, other_key=other.upper())


def _fields(row: Row) -> dict[str, object]:
    fields: dict[str, object] = {}
    for header, numbers in row.layout.rest.items():
        cells = [cell for cell in (row.at(number, CELL_LIMIT) for number in numbers) if cell]
        if cells:
            fields[header] = cells[0] if len(cells) == 1 else cells
    names = row.every("sprint")
    if names:
        fields["sprint"] = [{"sprint": {"name": name}} for name in dict.fromkeys(names)]
    return fields


def _sprints(layout: Layout, rows: list[tuple[int, list[str]]], notes: Notes) -> Sheet:
    sheet = Sheet(content=Content.SPRINTS, rows=len(rows))
    for number, cells in rows:
        spot = Spot(notes=notes, row=number)
        row = Row(layout=layout, cells=cells, spot=spot)
        name = spot.key = row.one("name")
        if not name:
            spot.error("missing", row.header("name"), "the sprint has no name")
            continue
        written = row.one("state")
        state = _STATES.get(_plain(written))
        if written and state is None:
            spot.error(
                "state", row.header("state"), f"“{written[:40]}” is no sprint state (future, active, closed)"
            )
        sheet.sprints.append(
            SprintRecord(
                external_id=row.one("external_id") or None,
                name=name,
                state=state,
                goal=row.one("goal", CELL_LIMIT) or None,
                starts_at=spot.instant(row.one("starts_at"), row.header("starts_at")),
                ends_at=spot.instant(row.one("ends_at"), row.header("ends_at")),
                completed_at=spot.instant(row.one("completed_at"), row.header("completed_at")),
            )
        )
    return sheet
