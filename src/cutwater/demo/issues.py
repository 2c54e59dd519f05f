"""The demo's issues, written as Jira would export them, so that they come in through the real import."""

import json
import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from cutwater.demo import bank

PROJECT = "HB"
BOARD = 12
POINTS = (1, 2, 3, 3, 5, 5, 8, 13)
FLOW = (("Open", "new"), ("In Progress", "indeterminate"), ("In Review", "indeterminate"), ("Done", "done"))
TYPES = ("Story", "Story", "Task", "Task", "Task", "Bug")
PRIORITIES = ("Highest", "High", "Medium", "Medium", "Medium", "Low")
FIELDS = {
    "customfield_10741": ("Discipline team", "com.atlassian.jira.plugin.system.customfieldtypes:select"),
    "customfield_10002": ("Story Points", "com.atlassian.jira.plugin.system.customfieldtypes:float"),
    "customfield_10904": ("Owner", "com.atlassian.jira.plugin.system.customfieldtypes:userpicker"),
    "customfield_10020": ("Sprint", "com.pyxis.greenhopper.jira:gh-sprint"),
}
PER_SPRINT = 40
Document = dict[str, Any]  # allow: any — a document of Jira, as its files spell it


def export(today: date) -> dict[str, bytes]:
    """Three files by name: the fields, the sprints and the 160 issues with their changelogs; the same
    for the same day."""
    dice = random.Random(21)
    sprints = [_sprint(number, today) for number in range(len(bank.SPRINTS))]
    issues = [
        _issue(dice, number, sprints[number // PER_SPRINT], today)
        for number in range(PER_SPRINT * len(bank.SPRINTS))
    ]
    return {
        "fields.json": _lines(
            {"id": key, "name": name, "custom": True, "schema": {"custom": kind}}
            for key, (name, kind) in FIELDS.items()
        ),
        "sprints.json": json.dumps({"values": sprints}).encode(),
        "issues.json": json.dumps({"issues": issues}).encode(),
    }


def _lines(rows: Iterable[Document]) -> bytes:
    return json.dumps(list(rows)).encode()


def _at(day: date, hour: int = 9, minute: int = 0) -> str:
    moment = datetime.combine(day, time(hour, minute), UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _sprint(number: int, today: date) -> Document:
    name, state, first, length = bank.SPRINTS[number]
    start = today + timedelta(days=first)
    found = {
        "id": 121 + number,
        "name": name,
        "state": state,
        "originBoardId": BOARD,
        "startDate": _at(start),
        "endDate": _at(start + timedelta(days=length), 17),
        "goal": ("Both cores post", "Reconcile every night", "Ready for the cutover", "After the cutover")[
            number
        ],
    }
    if state == "closed":
        found["completeDate"] = _at(start + timedelta(days=length), 17)
    return found


def _issue(dice: random.Random, number: int, sprint: Document, today: date) -> Document:
    discipline = bank.DISCIPLINES[dice.choices(range(6), weights=(10, 7, 6, 7, 3, 5))[0]]
    template = bank.WORK[discipline][dice.randrange(len(bank.WORK[discipline]))]
    people = [person for person in bank.PEOPLE if person.team == discipline.lower()]
    assignee = dice.choice(people)
    owner = dice.choice([person for person in bank.PEOPLE if person.team == "business"])
    start = date.fromisoformat(sprint["startDate"][:10])
    reached, history = _progress(dice, sprint["state"], start, today)
    status, category = FLOW[reached]
    fields: Document = {
        "summary": template.format(bank.OBJECTS[(number * 5 + number // 14) % len(bank.OBJECTS)]),
        "issuetype": {"name": dice.choice(TYPES), "subtask": False},
        "status": {"name": status, "statusCategory": {"key": category}},
        "priority": {"name": dice.choice(PRIORITIES)},
        "project": {"key": PROJECT, "name": "Harbour core programme"},
        "reporter": _person(dice.choice(bank.PEOPLE)),
        "assignee": _person(assignee) if sprint["state"] != "future" or dice.random() < 0.5 else None,
        "created": _at(min(start, today) - timedelta(days=dice.randint(5, 40))),
        "updated": history[-1]["created"] if history else _at(min(start, today) - timedelta(days=2)),
        "customfield_10741": {"value": discipline} if dice.random() < 0.95 else None,
        "customfield_10002": float(dice.choice(POINTS)) if dice.random() < 0.92 else None,
        "customfield_10904": _person(owner) if dice.random() < 0.9 else None,
        "customfield_10020": [sprint],
        "issuelinks": [],
    }
    changelog = {"startAt": 0, "maxResults": 100, "total": len(history), "histories": history}
    return {
        "id": str(40_000 + number),
        "key": f"{PROJECT}-{number + 1}",
        "fields": fields,
        "changelog": changelog,
    }


def _progress(dice: random.Random, state: str, start: date, today: date) -> tuple[int, list[Document]]:
    """How far along the flow an issue came, and the changelog entries that took it there."""
    likely = {"closed": 0.93, "active": 0.86, "future": 0.0}[state]
    day, reached, history = start, 0, []
    for step in range(1, len(FLOW)):
        day += timedelta(days=dice.randint(1, 3))
        if dice.random() > likely or day >= today:
            break
        moved = {
            "field": "status",
            "fieldId": "status",
            "fromString": FLOW[step - 1][0],
            "toString": FLOW[step][0],
        }
        author = _person(dice.choice(bank.PEOPLE))
        stamp = _at(day, dice.randint(8, 17), dice.randint(0, 59))
        history.append(
            {"id": str(dice.randrange(10**6, 10**7)), "author": author, "created": stamp, "items": [moved]}
        )
        reached = step
    return reached, history


def _person(person: bank.Person) -> Document:
    return {
        "accountId": f"hb-{person.name.lower().replace(' ', '-')}",
        "displayName": person.name,
        "active": True,
    }
