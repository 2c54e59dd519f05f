"""PURE: what one JSON object of Jira's API is, told by the properties it has."""

from cutwater.sprints.imports.ports import Content


def content_of(row: dict[str, object]) -> Content:
    """What this object is; UNKNOWN when nothing fits."""
    for content, fits in _SHAPES:
        if fits(row):
            return content
    return Content.UNKNOWN


def _issue(row: dict[str, object]) -> bool:
    return "key" in row and isinstance(row.get("fields"), dict)


def _changes(row: dict[str, object]) -> bool:
    return (isinstance(row.get("items"), list) and "created" in row) or isinstance(
        row.get("changeHistories"), list
    )


def _sprint(row: dict[str, object]) -> bool:
    return "name" in row and str(row.get("state", "")).lower() in ("future", "active", "closed")


def _status(row: dict[str, object]) -> bool:
    return "name" in row and isinstance(row.get("statusCategory"), dict)


def _issue_type(row: dict[str, object]) -> bool:
    return "name" in row and isinstance(row.get("subtask"), bool)


def _remote_link(row: dict[str, object]) -> bool:
    target = row.get("object")
    return isinstance(target, dict) and "url" in target


def _worklog(row: dict[str, object]) -> bool:
    return "timeSpentSeconds" in row or ("timeSpent" in row and "started" in row)


def _transition(row: dict[str, object]) -> bool:
    return "name" in row and isinstance(row.get("to"), dict)


def _board_configuration(row: dict[str, object]) -> bool:
    return isinstance(row.get("columnConfig"), dict)


def _board(row: dict[str, object]) -> bool:
    return "name" in row and row.get("type") in ("scrum", "kanban", "simple")


def _field(row: dict[str, object]) -> bool:
    return (
        "id" in row
        and "name" in row
        and ("clauseNames" in row or "custom" in row or isinstance(row.get("schema"), dict))
    )


def _project(row: dict[str, object]) -> bool:
    return "key" in row and "name" in row and "id" in row


def _priority(row: dict[str, object]) -> bool:
    return "name" in row and "id" in row and ("statusColor" in row or "iconUrl" in row)


_SHAPES = (
    (Content.ISSUES, _issue),
    (Content.CHANGES, _changes),
    (Content.SPRINTS, _sprint),
    (Content.STATUSES, _status),
    (Content.ISSUE_TYPES, _issue_type),
    (Content.REMOTE_LINKS, _remote_link),
    (Content.WORKLOGS, _worklog),
    (Content.TRANSITIONS, _transition),
    (Content.BOARD_CONFIGURATIONS, _board_configuration),
    (Content.BOARDS, _board),
    (Content.FIELDS, _field),
    (Content.PROJECTS, _project),
    (Content.PRIORITIES, _priority),
)
