"""Sprints: sites, issues and sprints, made by hand, imported by file or synced, with their analysis."""

from cutwater.sprints.issues.queries.lists import IssueBrief, find_issues, issues_by_ids
from cutwater.sprints.issues.queries.record import issue_by_key
from cutwater.sprints.issues.service.issues import NewIssue, create_issue
from cutwater.sprints.issues.views import issues_in_sprint
from cutwater.sprints.sprints.service.sprints import create_sprint, move_sprint
from cutwater.sprints.sprints.views import SprintBrief, all_sprints, sprint_by_key

__all__ = [
    "IssueBrief",
    "NewIssue",
    "SprintBrief",
    "all_sprints",
    "create_issue",
    "create_sprint",
    "find_issues",
    "issue_by_key",
    "issues_by_ids",
    "issues_in_sprint",
    "move_sprint",
    "sprint_by_key",
]
