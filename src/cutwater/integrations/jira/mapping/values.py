"""PURE: Jira's field values in neutral shapes: text, number, option, person, sprint, or lists of these."""

import re
from collections.abc import Mapping

from cutwater.sprints.imports.ports import NAME_LIMIT, TEXT_LIMIT, PersonRecord, Spot, storable

# Fields that have their own place in an issue, or that say nothing a mapping could use.
SYSTEM = frozenset(
    [
        "summary",
        "creator",
        "description",
        "issuetype",
        "status",
        "priority",
        "project",
        "reporter",
        "assignee",
        "parent",
        "labels",
        "created",
        "updated",
        "resolutiondate",
        "issuelinks",
        "subtasks",
        "comment",
        "worklog",
        "attachment",
        "votes",
        "watches",
        "progress",
        "aggregateprogress",
        "workratio",
        "lastViewed",
        "timetracking",
        "issuerestriction",
        "statuscategorychangedate",
        "statusCategory",
        "thumbnail",
        "resolution",
        "timespent",
        "timeestimate",
        "timeoriginalestimate",
        "aggregatetimespent",
        "aggregatetimeestimate",
        "aggregatetimeoriginalestimate",
        "environment",
        "security",
        "versions",
    ]
)
RAW_TEXT_LIMIT = 2_000
NUMBER_LIMIT = 2**63
_GREENHOPPER = re.compile(
    r"com\.atlassian\.greenhopper\.service\.sprint\.Sprint@[0-9a-f]*\[(.*)\]$", re.DOTALL
)
_PAIR = re.compile(r"(?:^|,)(\w+)=")
_SPRINT_KEYS = {
    "id",
    "name",
    "state",
    "goal",
    "startDate",
    "endDate",
    "completeDate",
    "boardId",
    "originBoardId",
}


def person(raw: object, name: str, spot: Spot) -> PersonRecord | None:
    """A person of Jira Cloud (accountId) or Server (key or name); None when there is nobody."""
    if not isinstance(raw, dict):
        return None
    account = raw.get("accountId") or raw.get("key") or raw.get("name") or ""
    shown = raw.get("displayName") or raw.get("name") or account
    if not shown:
        return None
    return PersonRecord(
        account_id=spot.text(account, name, NAME_LIMIT),
        name=spot.text(shown, name, NAME_LIMIT) or str(account),
    )


def mappable(fields: dict[str, object], spot: Spot) -> dict[str, object]:
    """The fields a field mapping may point at, in neutral shapes; empty ones are left out."""
    found: dict[str, object] = {}
    for name, raw in fields.items():
        if name in SYSTEM:
            continue
        value = neutral(raw, name, spot)
        if value not in (None, "", [], {}):
            found[storable(name)[:NAME_LIMIT]] = value
    return found


def neutral(raw: object, name: str, spot: Spot) -> object:
    """One value in its neutral shape; what no mapping could use (long texts, deep objects) becomes None."""
    if raw is None or isinstance(raw, bool | int | float):
        return _number(raw, name, spot)
    if isinstance(raw, str):
        old = greenhopper(raw)
        if old:
            return _sprint(old, name, spot)
        return spot.text(raw, name, RAW_TEXT_LIMIT) if len(raw) <= RAW_TEXT_LIMIT else None
    if isinstance(raw, list):
        values = [neutral(item, name, spot) for item in raw[:200] if not isinstance(item, list)]
        return [value for value in values if value not in (None, "")]
    return _object(raw, name, spot) if isinstance(raw, dict) else None


def _object(raw: dict[str, object], name: str, spot: Spot) -> dict[str, object] | None:
    if "displayName" in raw or "accountId" in raw:
        who = person(raw, name, spot)
        return {"person": {"id": who.account_id, "name": who.name}} if who else None
    if "state" in raw and "name" in raw:
        return _sprint(raw, name, spot)
    chosen = raw.get("value", raw.get("name"))
    if not isinstance(chosen, str):
        return None
    text = spot.text(chosen, name, RAW_TEXT_LIMIT)
    child = raw.get("child")
    if isinstance(child, dict) and isinstance(child.get("value"), str):
        text = f"{text} – {spot.text(child['value'], name, RAW_TEXT_LIMIT)}"
    return {"option": text} if text else None


def _number(raw: bool | int | float | None, name: str, spot: Spot) -> bool | int | float | None:
    if raw is None or -NUMBER_LIMIT < raw < NUMBER_LIMIT:
        return raw
    spot.error("number", name, "a number too large to keep")
    return None


def _sprint(raw: Mapping[str, object], name: str, spot: Spot) -> dict[str, object]:
    known = {key: value for key, value in raw.items() if key in _SPRINT_KEYS and value is not None}
    return {"sprint": {key: _scalar(value, name, spot) for key, value in known.items()}}


def _scalar(value: object, name: str, spot: Spot) -> object:
    if isinstance(value, bool | int | float):
        return _number(value, name, spot)
    return spot.text(value, name, TEXT_LIMIT)


def greenhopper(text: str) -> dict[str, str] | None:
    """The sprint inside an old `…Sprint@1f[id=5,state=CLOSED,name=A, B,…]` string; names may hold commas."""
    match = _GREENHOPPER.match(text.strip())
    if not match:
        return None
    body = match.group(1)
    found: dict[str, str] = {}
    marks = list(_PAIR.finditer(body))
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        found[mark.group(1)] = body[mark.end() : following.start() if following else len(body)]
    if "rapidViewId" in found:
        found["boardId"] = found["rapidViewId"]
    return {key: value for key, value in found.items() if key in _SPRINT_KEYS and value not in ("", "<null>")}
