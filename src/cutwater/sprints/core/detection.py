"""Which field is probably the team, the points, the stakeholder, the sprint and the flag, and why."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from cutwater.kernel.frozen import frozen
from cutwater.sprints.core.facts import Role
from cutwater.sprints.core.fields import AGILE_FLAG, AGILE_SPRINTS, FieldMap, as_list
from cutwater.sprints.core.reading import number_like
from cutwater.sprints.core.records import FieldRecord, IssueRecord

_NAMES = {
    Role.DISCIPLINE: re.compile(r"discipline|\bteam\b|squad|\bcrew\b|\bguild\b|équipe", re.IGNORECASE),
    Role.POINTS: re.compile(r"story ?points?|^points?$|\bestimate\b|\bsp\b|effort", re.IGNORECASE),
    Role.OWNER: re.compile(r"stakeholder|\bowner\b|requester|requestor|sponsor|customer", re.IGNORECASE),
    Role.SPRINT: re.compile(r"sprint", re.IGNORECASE),
    Role.FLAGGED: re.compile(r"flagged|impediment", re.IGNORECASE),
}
_SCHEMAS = {
    Role.DISCIPLINE: (":select", ":radiobuttons", "atlassian-team"),
    Role.POINTS: ("jsw-story-points", "gh-story-points", ":float"),
    Role.OWNER: (":userpicker", ":people"),
    Role.SPRINT: ("gh-sprint",),
    Role.FLAGGED: (":multicheckboxes",),
}
_SHAPES = {
    Role.DISCIPLINE: {"option", "text"},
    Role.POINTS: {"number"},
    Role.OWNER: {"person", "text"},
    Role.SPRINT: {"sprint", "text"},
    Role.FLAGGED: {"flag", "boolean", "text"},
}
_SURE_BY_SHAPE = {
    Role.DISCIPLINE: "option", Role.POINTS: "number", Role.OWNER: "person",
    Role.SPRINT: "sprint", Role.FLAGGED: "flag",
}  # fmt: skip
_BUILT_IN = {"components", "fixVersions", "epic", "duedate", AGILE_FLAG, *AGILE_SPRINTS}


@frozen
class FieldFacts:
    """What was seen of one field over all issues."""

    id: str
    name: str
    custom: str
    filled: int
    shape: str
    distinct: int
    samples: tuple[str, ...] = ()


@frozen
class Candidate:
    """A field that could play a role, how well it fits (0-100) and why."""

    field_id: str
    name: str
    score: int
    reason: str
    filled: int
    samples: tuple[str, ...] = ()


@dataclass(slots=True)
class _Seen:
    filled: int = 0
    shapes: Counter[str] = field(default_factory=Counter)
    values: Counter[str] = field(default_factory=Counter)


def observe(issues: Iterable[IssueRecord], known: Iterable[FieldRecord]) -> list[FieldFacts]:
    """What every field of these issues looks like; one that only the list of fields names has none filled."""
    names = {item.id: item for item in known}
    seen: dict[str, _Seen] = {id_: _Seen() for id_, item in names.items() if item.custom}
    for issue in issues:
        for id_, value in issue.fields.items():
            facts = seen.setdefault(id_, _Seen())
            facts.filled += 1
            shape, shown = _shape(value)
            facts.shapes[shape] += 1
            if len(facts.values) < 500 or shown in facts.values:
                facts.values[shown] += 1
    return [_facts(id_, item, names.get(id_)) for id_, item in seen.items()]


def _facts(id_: str, seen: _Seen, known: FieldRecord | None) -> FieldFacts:
    common = seen.shapes.most_common(1)
    return FieldFacts(
        id=id_,
        name=known.name if known else "",
        custom=known.custom if known else "",
        filled=seen.filled,
        shape=common[0][0] if common else "",
        distinct=len(seen.values),
        samples=tuple(value for value, _ in seen.values.most_common(4)),
    )


def _shape(value: object) -> tuple[str, str]:
    if isinstance(value, bool):
        return "boolean", str(value)
    if number_like(value):
        return "number", str(value)
    if isinstance(value, str):
        return "text", value[:80]
    items = as_list(value)
    first = items[0] if items else None
    if isinstance(first, dict):
        kind = next(iter(first), "")
        inner = first[kind] if kind else ""
        shown = str(inner.get("name", "")) if isinstance(inner, dict) else str(inner)
        if kind == "option" and isinstance(value, list):
            return ("flag" if shown.casefold() == "impediment" else "options"), shown[:80]
        return kind, shown[:80]
    return ("texts" if isinstance(first, str) else "other"), str(first)[:80]


def candidates(role: Role, facts: Iterable[FieldFacts], total: int) -> list[Candidate]:
    """The fields that could play a role, best first."""
    found = [_judge(role, item, total) for item in facts if item.id not in _BUILT_IN]
    return sorted(
        (item for item in found if item), key=lambda item: (-item.score, -item.filled, item.field_id)
    )[:12]


def _judge(role: Role, facts: FieldFacts, total: int) -> Candidate | None:
    reasons: list[str] = []
    score = 0
    if facts.custom and facts.custom.endswith(_SCHEMAS[role]):
        score, reasons = score + 40, [*reasons, "its type is " + facts.custom.rpartition(":")[2]]
    if _NAMES[role].search(facts.name or ("" if facts.id.startswith("customfield_") else facts.id)):
        score, reasons = score + 40, [*reasons, f"it is called “{facts.name or facts.id}”"]
    if facts.filled and facts.shape not in _SHAPES[role]:
        if role is not Role.POINTS or not score:
            return None
        # it says it is the estimate, so what is no number in it must be told, not passed over
        score, reasons = score - 5, [*reasons, f"but its values are mostly {facts.shape}"]
    if facts.shape == _SURE_BY_SHAPE[role] and _plausible(role, facts):
        # a field whose name says something else is offered, not proposed
        worth = 30 if score or not facts.name else 15
        score, reasons = score + worth, [*reasons, f"its values are {_WORDS[facts.shape]}"]
    if not score:
        return None
    score += round(10 * facts.filled / total) if total else 0
    reasons.append(f"{facts.filled:,} of {total:,} issues have it")
    return Candidate(
        field_id=facts.id,
        name=facts.name or facts.id,
        score=min(score, 100),
        reason="; ".join(reasons),
        filled=facts.filled,
        samples=facts.samples,
    )


_WORDS = {
    "option": "options",
    "number": "numbers",
    "person": "people",
    "sprint": "sprints",
    "flag": "impediment flags",
}


def _plausible(role: Role, facts: FieldFacts) -> bool:
    if role is Role.DISCIPLINE:
        return facts.distinct <= 200
    if role is Role.POINTS:
        return not facts.samples or all(_small(sample) for sample in facts.samples)
    return True


def _small(sample: str) -> bool:
    try:
        return abs(float(sample.replace(",", "."))) <= 1000
    except ValueError:
        return False


def propose(facts: list[FieldFacts], total: int) -> FieldMap:
    """The best candidate of each role; a field plays one role, and a poor match is left to the person."""
    chosen: dict[str, str] = {}
    for role in (Role.SPRINT, Role.FLAGGED, Role.POINTS, Role.OWNER, Role.DISCIPLINE):
        for candidate in candidates(role, facts, total):
            if candidate.score >= 30 and candidate.field_id not in chosen.values():
                chosen[role.value] = candidate.field_id
                break
    return FieldMap(**chosen)
