"""How complete the fields are that figures stand on; shown before figures that would be wrong."""

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, TypedDict

from cutwater.kernel.frozen import frozen
from cutwater.sprints.core.analysis import percent


class Effect(StrEnum):
    """How far a gap spoils the figures."""

    FINE = "fine"
    PARTIAL = "partial"
    MISLEADING = "misleading"


class GapData(TypedDict):
    """A gap as plain data, as it is stored with an import."""

    field: str
    label: str
    total: int
    missing: int
    text: str
    query: str
    effect: str
    spoils: str


@frozen
class Gap:
    """One field: how many issues lack it, the sentence that says so, and the query that finds them."""

    field: str
    label: str
    total: int
    missing: int
    text: str
    query: str
    effect: Effect
    spoils: str

    @property
    def filled(self) -> int:
        """How many issues have it."""
        return self.total - self.missing

    def as_dict(self) -> GapData:
        """The gap as plain data, for storing with an import."""
        return {
            "field": self.field, "label": self.label, "total": self.total, "missing": self.missing,
            "text": self.text, "query": self.query, "effect": self.effect.value, "spoils": self.spoils,
        }  # fmt: skip


class Covered(Protocol):
    """What coverage looks at; rows of a query and issues before they are stored both have it."""

    @property
    def discipline_team(self) -> str | None: ...
    @property
    def points(self) -> Decimal | None: ...
    @property
    def owner_name(self) -> str | None: ...
    @property
    def assignee_name(self) -> str | None: ...
    @property
    def priority(self) -> str | None: ...
    @property
    def status_category(self) -> str: ...
    @property
    def done_at(self) -> object: ...


def cover(facts: Iterable[Covered]) -> list[Gap]:
    """Every field that matters with what is missing of it, worst first."""
    rows = list(facts)
    total = len(rows)
    gaps = [
        _gap("discipline_team", "team", rows, [r for r in rows if not r.discipline_team], "team:none",
             "the breakdown by discipline team"),
        _gap("points", "story points", rows, [r for r in rows if r.points is None], "points:none",
             "points, averages and velocity"),
        _gap("owner", "owner", rows, [r for r in rows if not r.owner_name], "owner:none",
             "the stakeholder (the reporter stands in)"),
        _gap("assignee", "assignee", rows, [r for r in rows if not r.assignee_name], "assignee:none",
             "the breakdown by assignee"),
        _gap("priority", "priority", rows, [r for r in rows if not r.priority], "priority:none",
             "the breakdown by priority"),
        _gap("status_category", "status category", rows, [r for r in rows if r.status_category == "UNKNOWN"],
             "stage:unknown", "what counts as done"),
        *_oddly_filled(rows),
    ]  # fmt: skip
    order = list(Effect)
    return sorted(gaps, key=lambda gap: (-order.index(gap.effect), -gap.missing)) if total else []


def _gap(name: str, label: str, rows: list[Covered], missing: list[Covered], query: str, spoils: str) -> Gap:
    total, count = len(rows), len(missing)
    return Gap(
        field=name,
        label=label,
        total=total,
        missing=count,
        text=missing_text(count, total, label),
        query=query,
        effect=effect_of(count, total),
        spoils=spoils,
    )


def missing_text(missing: int, total: int, label: str) -> str:
    """The sentence of a gap: "55 of 65 issues have no team"."""
    have = "has" if total == 1 else "have"
    noun = "issue" if total == 1 else "issues"
    if missing == 0:
        return (
            f"all {total:,} {noun} {have} {article(label)}"
            if total > 1
            else f"the issue has {article(label)}"
        )
    return f"{missing:,} of {total:,} {noun} {have} no {label}"


def article(label: str) -> str:
    """The label with "a" or "an" before it, unless it is a plural."""
    if label.endswith("s") and not label.endswith("ss"):
        return label
    return ("an " if label[0] in "aeiou" else "a ") + label


def effect_of(missing: int, total: int) -> Effect:
    """Up to 5 % missing is fine; from a third on the figures mislead."""
    share = percent(missing, total) or 0
    if share <= 5:
        return Effect.FINE
    return Effect.PARTIAL if share < 33 else Effect.MISLEADING


def _oddly_filled(rows: list[Covered]) -> list[Gap]:
    """Fields that are filled but say nothing: one priority for all, negative points, done without a date."""
    found = []
    total = len(rows)
    priorities = {row.priority for row in rows}
    if total >= 10 and len(priorities) == 1 and None not in priorities:
        text = f"all {total:,} issues have priority {rows[0].priority}"
        spoils, effect = "any order by priority", Effect.MISLEADING
        found.append(_odd("priority_same", "priority", total, total, text, "", effect, spoils))
    negative = sum(1 for row in rows if row.points is not None and row.points < 0)
    if negative:
        have = "has" if negative == 1 else "have"
        text = f"{negative:,} of {total:,} issues {have} fewer than zero story points; not counted"
        query, spoils = "points:negative", "points and averages"
        found.append(
            _odd("points_negative", "story points", total, negative, text, query, Effect.PARTIAL, spoils)
        )
    undated = sum(1 for row in rows if row.status_category == "DONE" and row.done_at is None)
    if undated:
        text = f"{undated:,} of {total:,} issues are done, but nothing says since when"
        query, spoils = "is:done done:none", "burndown and cycle times"
        found.append(_odd("done_at", "date done", total, undated, text, query, Effect.PARTIAL, spoils))
    return found


def _odd(
    name: str, label: str, total: int, missing: int, text: str, query: str, effect: Effect, spoils: str
) -> Gap:
    return Gap(
        field=name,
        label=label,
        total=total,
        missing=missing,
        text=text,
        query=query,
        effect=effect,
        spoils=spoils,
    )
