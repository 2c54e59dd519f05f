"""PURE: puts together what the files of one import say: changelogs with issues, statuses with stages."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from cutwater.integrations.jira.mapping import objects
from cutwater.sprints.imports.ports import (
    Batch,
    BoardRecord,
    Category,
    ChangeRecord,
    FieldRecord,
    FileSummary,
    IssueRecord,
    Notes,
    ProjectRecord,
    Spot,
    SprintRecord,
    StatusRecord,
)

Loose = tuple[dict[str, object], Spot]
_ISSUE_IN_URL = re.compile(r"/issue/([^/?]+)")


@dataclass(kw_only=True, slots=True)
class Parts:
    """What was read so far, file by file."""

    notes: list[Notes] = field(default_factory=list)
    files: list[FileSummary] = field(default_factory=list)
    issues: list[IssueRecord] = field(default_factory=list)
    sprints: list[SprintRecord] = field(default_factory=list)
    statuses: list[StatusRecord] = field(default_factory=list)
    projects: list[ProjectRecord] = field(default_factory=list)
    boards: list[BoardRecord] = field(default_factory=list)
    fields: list[FieldRecord] = field(default_factory=list)
    loose_changes: list[Loose] = field(default_factory=list)
    remote_links: list[Loose] = field(default_factory=list)
    worklogs: list[Loose] = field(default_factory=list)


def assemble(parts: Parts) -> Batch:
    """One batch of everything; what belongs to nothing is reported, never dropped in silence."""
    notes = {item.file: item for item in parts.notes}
    issues = _without_doubles(parts.issues, notes)
    parts.notes.append(Notes(file=""))
    _report_hosts(issues, parts.notes[-1])
    issues = _with_stages(issues, parts.statuses, notes)
    issues = _with_loose_changes(issues, parts.loose_changes)
    issues = _with_remote_links(issues, parts.remote_links)
    _report_worklogs(issues, parts.worklogs)
    return Batch(
        files=tuple(parts.files),
        issues=tuple(issues),
        sprints=tuple({(item.external_id or item.name): item for item in parts.sprints}.values()),
        statuses=tuple({item.external_id: item for item in parts.statuses}.values()),
        projects=tuple({item.key: item for item in parts.projects if item.key}.values()),
        boards=tuple({item.external_id: item for item in parts.boards}.values()),
        fields=tuple({item.id: item for item in parts.fields if item.id}.values()),
        worklogs=len(parts.worklogs),
        remote_links=len(parts.remote_links),
        oddities=tuple(oddity for item in parts.notes for oddity in item.oddities),
    )


def _spot(issue: IssueRecord, notes: dict[str, Notes]) -> Spot:
    return Spot(notes=notes[issue.file], row=issue.row, key=issue.key)


def _without_doubles(issues: list[IssueRecord], notes: dict[str, Notes]) -> list[IssueRecord]:
    by_key: dict[str, IssueRecord] = {}
    by_id: dict[str, str] = {}
    for issue in issues:
        other = by_key.get(issue.key)
        if other and other.external_id and issue.external_id and other.external_id != issue.external_id:
            text = f"{issue.key} is there twice with different ids ({other.external_id}, {issue.external_id})"
            _spot(issue, notes).error("double_key", "key", text)
            continue
        holder = by_id.get(issue.external_id or "")
        if holder and holder != issue.key:
            text = f"id {issue.external_id} is given to {holder} and to {issue.key}"
            _spot(issue, notes).error("double_id", "id", text)
            continue
        if other:
            text = (
                f"{issue.key} is there twice (first in {other.file}, row {other.row}); the newer one is used"
            )
            _spot(issue, notes).warn("double", "key", text)
            issue = _newer(other, issue)
        by_key[issue.key] = issue
        if issue.external_id:
            by_id[issue.external_id] = issue.key
    return list(by_key.values())


def _newer(first: IssueRecord, second: IssueRecord) -> IssueRecord:
    if first.updated_at and second.updated_at and first.updated_at > second.updated_at:
        return first
    return second if second.changes or not first.changes else replace(second, changes=first.changes)


def _report_hosts(issues: list[IssueRecord], notes: Notes) -> None:
    hosts = Counter(_host(issue.url) for issue in issues if issue.url)
    if len(hosts) > 1:
        shown = ", ".join(f"{host} ({count})" for host, count in hosts.most_common(4))
        Spot(notes=notes).warn(
            "several_sites", "self", f"the issues come from {len(hosts)} Jira addresses: {shown}"
        )


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return url[:60]


def _with_stages(
    issues: list[IssueRecord], statuses: list[StatusRecord], notes: dict[str, Notes]
) -> list[IssueRecord]:
    by_id = {item.external_id: item.category for item in statuses if item.category is not Category.UNKNOWN}
    by_name: dict[str, set[Category]] = {}
    for item in statuses:
        by_name.setdefault(item.name.casefold(), set()).add(item.category)
    staged = []
    for issue in issues:
        named = by_name.get(issue.status.casefold(), set())
        known: Category | None = by_id.get(issue.status_id)
        if known is None and len(named) == 1 and not issue.status_id:
            known = min(named)
        if known and known is not issue.category:
            if issue.category is not Category.UNKNOWN:
                both = f"{issue.category} in the issue and {known} in the status list"
                text = f"“{issue.status}” is {both}; the list is used"
                _spot(issue, notes).warn("status_category_corrected", "status", text)
            issue = replace(issue, category=known)
        staged.append(issue)
    return staged


def _with_loose_changes(issues: list[IssueRecord], loose: list[Loose]) -> list[IssueRecord]:
    by_name = {name: issue.key for issue in issues for name in (issue.key, issue.external_id) if name}
    found: dict[str, list[ChangeRecord]] = {}
    for value, spot in loose:
        owner = by_name.get(_issue_of(value))
        if owner is None:
            spot.warn("orphan_change", "changelog", f"changelog entry {value.get('id', '')} {_whose(value)}")
            continue
        spot.key = owner
        inner = value.get("changeHistories")
        for history in inner if isinstance(inner, list) else [value]:
            if isinstance(history, dict):
                found.setdefault(owner, []).extend(objects.changes(history, spot))
    return [_merged(issue, found[issue.key]) if issue.key in found else issue for issue in issues]


def _whose(value: dict[str, object]) -> str:
    name = _issue_of(value)
    return f"belongs to issue {name}, which is not here" if name else "does not say which issue it belongs to"


def _merged(issue: IssueRecord, extra: Iterable[ChangeRecord]) -> IssueRecord:
    every = {(item.external_id, item.position): item for item in (*issue.changes, *extra)}
    return replace(issue, changes=tuple(every.values()))


def _issue_of(value: dict[str, object]) -> str:
    for name in ("issueKey", "issueId", "issue_key", "issue_id"):
        if value.get(name):
            return str(value[name])
    found = _ISSUE_IN_URL.search(str(value.get("self", "")))
    return found.group(1) if found else ""


def _with_remote_links(issues: list[IssueRecord], links: list[Loose]) -> list[IssueRecord]:
    by_name = {name: issue.key for issue in issues for name in (issue.key, issue.external_id) if name}
    counts: Counter[str] = Counter()
    for value, spot in links:
        owner = by_name.get(_issue_of(value))
        if owner is None:
            spot.warn("orphan_remote_link", "self", f"a remote link {_whose(value)}")
        else:
            counts[owner] += 1
    return [
        replace(issue, remote_links=counts[issue.key]) if counts[issue.key] else issue for issue in issues
    ]


def _report_worklogs(issues: list[IssueRecord], worklogs: list[Loose]) -> None:
    known = {name for issue in issues for name in (issue.key, issue.external_id) if name}
    for value, spot in worklogs:
        if _issue_of(value) not in known:
            spot.warn("orphan_worklog", "issueId", f"a worklog {_whose(value)}")
