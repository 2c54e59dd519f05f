"""The verbs of the module, by noun."""

from cutwater.sprints.service.imports import (
    confirm_import,
    discard_import,
    import_files,
    start_import,
)
from cutwater.sprints.service.issues import IssueEdit, NewIssue, create_issue, delete_issue, update_issue
from cutwater.sprints.service.mappings import confirm_mapping
from cutwater.sprints.service.sites import create_site, update_site
from cutwater.sprints.service.sprints import (
    add_issues,
    create_sprint,
    delete_sprint,
    move_sprint,
    remove_issue,
    update_sprint,
)

__all__ = [
    "IssueEdit",
    "NewIssue",
    "add_issues",
    "confirm_import",
    "confirm_mapping",
    "create_issue",
    "create_site",
    "create_sprint",
    "delete_issue",
    "delete_sprint",
    "discard_import",
    "import_files",
    "move_sprint",
    "remove_issue",
    "start_import",
    "update_issue",
    "update_site",
    "update_sprint",
]
