"""Sprints: sites, issues and sprints, made by hand, imported by file or synced, with their analysis."""

from cutwater.sprints.imports.service.runs import import_files
from cutwater.sprints.issues.service.verbs import NewIssue, create_issue
from cutwater.sprints.issues.views import IssueBrief, find_issues, issue_by_key, issues_by_ids
from cutwater.sprints.sprints.service.verbs import create_sprint, move_sprint
from cutwater.sprints.sprints.views import SprintBrief, issues_in_sprint, sprint_by_key, sprints

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
