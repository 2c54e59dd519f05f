"""Reads uploaded Jira files, JSON of any API shape and CSV, into one batch (port `IssueFiles`)."""

from collections import Counter
from collections.abc import Sequence

from cutwater.integrations.jira.mapping import assembly, documents, objects
from cutwater.integrations.jira.mapping.recognition import content_of
from cutwater.sprints.imports.ports import Batch, Content, FileSummary, Notes, SourceFile, Spot, read_sheet

_BINARY = {
    b"PK\x03\x04": "a ZIP or XLSX file",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip file",
    b"\xd0\xcf\x11\xe0": "an XLS file",
}
_COUNTED = {Content.ISSUE_TYPES, Content.PRIORITIES, Content.BOARD_CONFIGURATIONS, Content.TRANSITIONS}


class JiraFiles:
    """The adapter: recognises each file by its content, never by its name."""

    def read(self, files: Sequence[SourceFile]) -> Batch:
        """Read all files together; whatever is wrong with them is in the batch, nothing is raised."""
        parts = assembly.Parts()
        for file in files:
            _read(file, parts)
        return assembly.assemble(parts)


def _read(file: SourceFile, parts: "assembly.Parts") -> None:
    notes = Notes(file=file.name)
    parts.notes.append(notes)
    binary = next((name for mark, name in _BINARY.items() if file.content.startswith(mark)), None)
    if binary:
        Spot(notes=notes).error(
            "format", "", f"this is {binary}; Cutwater reads JSON, JSON lines and CSV here"
        )
        parts.files.append(FileSummary(name=file.name, content=Content.UNKNOWN, rows=0))
    elif _is_json(file.content):
        _read_json(file, notes, parts)
    else:
        sheet = read_sheet(file, notes)
        parts.issues.extend(sheet.issues)
        parts.sprints.extend(sheet.sprints)
        parts.fields.extend(sheet.fields)
        parts.files.append(FileSummary(name=file.name, content=sheet.content, rows=sheet.rows))


def _is_json(content: bytes) -> bool:
    head = content[:200].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return not head or head[:1] in (b"{", b"[")


def _read_json(file: SourceFile, notes: Notes, parts: "assembly.Parts") -> None:
    document = documents.parse(file, notes)
    parts.fields.extend(document.fields)
    counts: Counter[Content] = Counter()
    for row, value in document.rows:
        content = content_of(value)
        counts[content] += 1
        _take(content, value, Spot(notes=notes, row=row), parts)
    for content, rows in counts.items() or [(Content.UNKNOWN, 0)]:
        parts.files.append(FileSummary(name=file.name, content=content, rows=rows))


def _take(content: Content, value: dict[str, object], spot: Spot, parts: "assembly.Parts") -> None:
    if content is Content.ISSUES:
        issue = objects.issue(value, spot)
        if issue:
            parts.issues.append(issue)
    elif content is Content.SPRINTS:
        sprint = objects.sprint(value, spot)
        if sprint:
            parts.sprints.append(sprint)
    elif content is Content.CHANGES:
        parts.loose_changes.append((value, spot))
    elif content is Content.STATUSES:
        parts.statuses.append(objects.status(value, spot))
    elif content is Content.PROJECTS:
        parts.projects.append(objects.project(value, spot))
    elif content is Content.BOARDS:
        parts.boards.append(objects.board(value, spot))
    elif content is Content.FIELDS:
        parts.fields.append(objects.field(value, spot))
    elif content is Content.REMOTE_LINKS:
        parts.remote_links.append((value, spot))
    elif content is Content.WORKLOGS:
        parts.worklogs.append((value, spot))
    elif content not in _COUNTED:
        found = ", ".join(sorted(map(str, value))[:6]) or "nothing"
        spot.warn("not_recognised", "", f"an object Cutwater does not know (it has {found}); it was left out")
