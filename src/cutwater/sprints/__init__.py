"""Sprints: sites, issues and sprints, made by hand, imported by file or synced, with their analysis."""

from cutwater.sprints.face import (
    IssueBrief,
    SprintBrief,
    find_issues,
    issue_by_key,
    issues_by_ids,
    issues_in_sprint,
    sprint_by_key,
    sprints,
)
from cutwater.sprints.service import NewIssue, create_issue, create_sprint, import_files, move_sprint

__all__ = [
    "IssueBrief",
    "NewIssue",
    "SprintBrief",
    "create_issue",
    "create_sprint",
    "find_issues",
    "import_files",
    "issue_by_key",
    "issues_by_ids",
    "issues_in_sprint",
    "move_sprint",
    "sprint_by_key",
    "sprints",
]
