"""PURE: Jira's JSON (Cloud API v3 and v2, Server and Data Center) as neutral import records."""

from collections.abc import Iterator

from cutwater.integrations.jira.mapping import adf, values
from cutwater.sprints.imports.ports import (
    ISSUE_KEY,
    NAME_LIMIT,
    TEXT_LIMIT,
    TITLE_LIMIT,
    BoardRecord,
    Category,
    ChangeRecord,
    FieldRecord,
    IssueRecord,
    LinkRecord,
    ProjectRecord,
    Spot,
    SprintRecord,
    SprintState,
    StatusRecord,
)

CATEGORIES = {"new": Category.TODO, "indeterminate": Category.IN_PROGRESS, "done": Category.DONE}
CATEGORY_IDS = {2: Category.TODO, 4: Category.IN_PROGRESS, 3: Category.DONE}
GIVEN_BY = {
    "title": "summary", "description": "description", "type_name": "issuetype", "status": "status",
    "priority": "priority", "assignee": "assignee", "reporter": "reporter", "labels": "labels",
    "created_at": "created", "updated_at": "updated", "resolved_at": "resolutiondate", "parent_key": "parent",
    "links": "issuelinks",
}  # fmt: skip
STATES = {"future": SprintState.PLANNING, "active": SprintState.ACTIVE, "closed": SprintState.COMPLETED}


def issue(row: dict[str, object], spot: Spot) -> IssueRecord | None:
    """One issue with its changelog, links and mappable fields; None, with an error, when it has no key."""
    fields = _dict(row.get("fields"))
    spot.key = spot.text(row.get("key"), "key", NAME_LIMIT).upper()
    if not _is_key(spot.key, spot):
        return None
    status, category = _status_of(fields.get("status"), spot)
    kind = _dict(fields.get("issuetype"))
    created = spot.instant(fields.get("created"), "created")
    return IssueRecord(
        key=spot.key,
        external_id=spot.text(row.get("id"), "id", NAME_LIMIT) or None,
        title=_title(fields, spot),
        file=spot.notes.file,
        row=spot.row or 0,
        project_key=_project_key(fields, spot),
        description=spot.text(adf.text_of(fields.get("description")), "description", TEXT_LIMIT),
        type_name=spot.text(kind.get("name"), "issuetype", NAME_LIMIT),
        is_subtask=kind.get("subtask") is True,
        status=status,
        status_id=spot.text(_dict(fields.get("status")).get("id"), "status", NAME_LIMIT),
        category=category,
        priority=spot.text(_dict(fields.get("priority")).get("name"), "priority", NAME_LIMIT) or None,
        reporter=values.person(fields.get("reporter"), "reporter", spot),
        assignee=values.person(fields.get("assignee"), "assignee", spot),
        parent_key=spot.text(_dict(fields.get("parent")).get("key"), "parent", NAME_LIMIT).upper() or None,
        labels=_labels(fields.get("labels"), spot),
        created_at=created,
        updated_at=spot.instant(fields.get("updated"), "updated"),
        resolved_at=spot.instant(fields.get("resolutiondate"), "resolutiondate"),
        changes=tuple(_changelog(row.get("changelog"), spot)),
        links=tuple(_links(fields.get("issuelinks"), spot)),
        url=spot.text(row.get("self"), "self", 2000),
        fields=values.mappable(fields, spot),
        absent=frozenset(name for name, given in GIVEN_BY.items() if given not in fields)
        | (frozenset() if "changelog" in row else {"changes"}),
    )


def _is_key(key: str, spot: Spot) -> bool:
    """Whether an issue can be known by this; the reason is noted when it cannot."""
    if not key:
        spot.error("missing", "key", "the issue has no key")
    elif not ISSUE_KEY.fullmatch(key):
        spot.error("key", "key", f"“{key[:40]}” is no issue key")
    else:
        return True
    return False


def _title(fields: dict[str, object], spot: Spot) -> str:
    title = spot.text(fields.get("summary"), "summary", TITLE_LIMIT)
    if not title and not fields.get("summary"):
        spot.warn("missing", "summary", "the issue has no summary; its key is shown instead")
        return spot.key
    return title


def _project_key(fields: dict[str, object], spot: Spot) -> str:
    return (
        spot.text(_dict(fields.get("project")).get("key"), "project", NAME_LIMIT)
        or spot.key.rpartition("-")[0]
    )


def _labels(raw: object, spot: Spot) -> tuple[str, ...]:
    labels = (spot.text(label, "labels", NAME_LIMIT) for label in (raw if isinstance(raw, list) else []))
    return tuple(dict.fromkeys(label for label in labels if label))


def _status_of(raw: object, spot: Spot) -> tuple[str, Category]:
    if isinstance(raw, str):
        return spot.text(raw, "status", NAME_LIMIT), Category.UNKNOWN
    status = _dict(raw)
    name = spot.text(status.get("name"), "status", NAME_LIMIT)
    if not name:
        spot.warn("missing", "status", "the issue has no status")
    return name, category_of(status.get("statusCategory"), name, spot)


def category_of(raw: object, status: str, spot: Spot) -> Category:
    """The stage of a status: by the category's key; a key that its own id contradicts is reported."""
    category = _dict(raw)
    stated = CATEGORIES.get(str(category.get("key", "")).lower(), Category.UNKNOWN)
    number = category.get("id")
    by_id = CATEGORY_IDS.get(number) if isinstance(number, int) else None
    if by_id and stated is not by_id and stated is not Category.UNKNOWN:
        said, meant = category.get("key"), f"its category id {number} means {by_id}"
        text = f"status “{status}” says category “{said}”, but {meant}"
        spot.warn("status_category_contradicts", "status", text)
    return by_id if by_id and stated is Category.UNKNOWN else stated


def _changelog(raw: object, spot: Spot) -> Iterator[ChangeRecord]:
    log = _dict(raw)
    histories = log.get("histories", log.get("values"))
    histories = histories if isinstance(histories, list) else []
    total = log.get("total")
    if isinstance(total, int) and total > len(histories):
        spot.warn(
            "changelog_incomplete",
            "changelog",
            f"only {len(histories)} of {total} changelog entries are in the file",
        )
    for history in histories:
        if isinstance(history, dict):
            yield from changes(history, spot)


def changes(history: dict[str, object], spot: Spot) -> Iterator[ChangeRecord]:
    """The changed fields of one changelog entry; an entry without a date is an error with its place."""
    at = spot.instant(history.get("created"), "changelog")
    if at is None:
        if not history.get("created"):
            spot.error("missing", "changelog", "a changelog entry has no date")
        return
    author = values.person(history.get("author"), "changelog", spot)
    items = history.get("items")
    for position, item in enumerate(items if isinstance(items, list) else []):
        if not isinstance(item, dict):
            continue
        yield ChangeRecord(
            external_id=spot.text(history.get("id"), "changelog", NAME_LIMIT),
            position=position,
            at=at,
            author=author,
            field=spot.text(item.get("field"), "changelog", NAME_LIMIT),
            field_id=spot.text(item.get("fieldId"), "changelog", NAME_LIMIT),
            was=_changed(item.get("fromString"), item.get("field"), spot),
            was_id=_changed(item.get("from"), item.get("field"), spot),
            now=_changed(item.get("toString"), item.get("field"), spot),
            now_id=_changed(item.get("to"), item.get("field"), spot),
        )


def _changed(raw: object, field: object, spot: Spot) -> str | None:
    if raw is None:
        return None
    return spot.text(raw, f"changelog {field}", TEXT_LIMIT)


def _links(raw: object, spot: Spot) -> Iterator[LinkRecord]:
    for link in raw if isinstance(raw, list) else []:
        link = _dict(link)
        kind = _dict(link.get("type"))
        for side, word in (("inwardIssue", "inward"), ("outwardIssue", "outward")):
            other = _dict(link.get(side))
            if not other.get("key"):
                continue
            fields = _dict(other.get("fields"))
            category = _dict(_dict(fields.get("status")).get("statusCategory"))
            yield LinkRecord(
                type_name=spot.text(kind.get("name"), "issuelinks", NAME_LIMIT),
                label=spot.text(kind.get(word), "issuelinks", NAME_LIMIT),
                is_inward=word == "inward",
                other_key=spot.text(other["key"], "issuelinks", NAME_LIMIT).upper(),
                other_title=spot.text(fields.get("summary"), "issuelinks", TITLE_LIMIT),
                other_category=CATEGORIES.get(str(category.get("key", "")).lower(), Category.UNKNOWN),
            )


def sprint(row: dict[str, object], spot: Spot) -> SprintRecord | None:
    """A sprint of the agile API, of the sprint field, or parsed from the old GreenHopper string."""
    name = spot.text(row.get("name"), "name", NAME_LIMIT)
    if not name:
        spot.error("missing", "name", "the sprint has no name")
        return None
    board = row.get("originBoardId", row.get("boardId"))
    return SprintRecord(
        external_id=spot.text(row.get("id"), "id", NAME_LIMIT) or None,
        name=name,
        state=STATES.get(str(row.get("state", "")).lower()),
        goal=spot.text(row.get("goal"), "goal", TEXT_LIMIT) or None,
        board_id=spot.text(board, "board", NAME_LIMIT) or None,
        starts_at=spot.instant(row.get("startDate"), "startDate"),
        ends_at=spot.instant(row.get("endDate"), "endDate"),
        completed_at=spot.instant(row.get("completeDate"), "completeDate"),
    )


def status(row: dict[str, object], spot: Spot) -> StatusRecord:
    """A status of the site with its stage."""
    name = spot.text(row.get("name"), "name", NAME_LIMIT)
    category = category_of(row.get("statusCategory"), name, spot)
    return StatusRecord(external_id=spot.text(row.get("id"), "id", NAME_LIMIT), name=name, category=category)


def project(row: dict[str, object], spot: Spot) -> ProjectRecord:
    """A project of the site."""
    return ProjectRecord(
        external_id=spot.text(row.get("id"), "id", NAME_LIMIT) or None,
        key=spot.text(row.get("key"), "key", NAME_LIMIT),
        name=spot.text(row.get("name"), "name", NAME_LIMIT),
    )


def board(row: dict[str, object], spot: Spot) -> BoardRecord:
    """A board of the site."""
    return BoardRecord(
        external_id=spot.text(row.get("id"), "id", NAME_LIMIT),
        name=spot.text(row.get("name"), "name", NAME_LIMIT),
        kind=spot.text(row.get("type"), "type", NAME_LIMIT),
        project_key=spot.text(_dict(row.get("location")).get("projectKey"), "location", NAME_LIMIT),
    )


def field(row: dict[str, object], spot: Spot) -> FieldRecord:
    """A field of the site with its schema."""
    schema = _dict(row.get("schema"))
    return FieldRecord(
        id=spot.text(row.get("id"), "id", NAME_LIMIT),
        name=spot.text(row.get("name"), "name", NAME_LIMIT),
        custom=spot.text(schema.get("custom"), "schema", NAME_LIMIT),
        type_name=spot.text(schema.get("type"), "schema", NAME_LIMIT),
    )


def _dict(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}
