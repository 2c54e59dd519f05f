"""What a worksheet would change: by code in any case, and not by where a row lies."""

from dataclasses import replace
from typing import Any

import pytest

from cutwater.runbooks.core.critical_path import LinkKind
from cutwater.runbooks.core.worksheet.difference import Difference, difference
from cutwater.runbooks.core.worksheet.plan import ParsedInstruction, ParsedLink, ParsedStep, Plan

A = ParsedStep(row=2, code="A", title="first", type="CHK", duration_minutes=5)
B = ParsedStep(row=3, code="B", title="second", duration_minutes=5)
LINK = ParsedLink(row=3, before="A", after="B")


def plan(*steps: ParsedStep, links: tuple[ParsedLink, ...] = (LINK,)) -> Plan:
    return Plan(steps=list(steps), links=list(links))


@pytest.mark.parametrize(
    "change",
    [
        {"title": "other"}, {"sequence": "S"}, {"phase": "P"}, {"type": "TRT"}, {"team": "t"},
        {"assignee": "p"}, {"deputy": "p"}, {"owner_note": "Zoe"}, {"duration_minutes": 6},
        {"planned_offset": 0}, {"fixed_offset": 0}, {"deadline_offset": 0}, {"environment": "PROD"},
        {"labels": ("x",)}, {"instructions": (ParsedInstruction(text="look"),)}, {"rollback": "undo"},
    ],
)  # fmt: skip
def test_everything_a_step_says_counts(change: dict[str, Any]) -> None:
    after = plan(replace(A, **change), B)
    assert difference(plan(A, B), after) == Difference(changed=("A",), unchanged=1)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": LinkKind.SS}, {"lag_minutes": 5}, {"hard": False}, {"before": "B", "after": "A"},
    ],
)  # fmt: skip
def test_links_count_for_the_step_that_waits(change: dict[str, Any]) -> None:
    found = difference(plan(A, B), plan(A, B, links=(replace(LINK, **change),)))
    assert "B" in found.changed
    assert ("A" in found.changed) is ("after" in change)


@pytest.mark.parametrize(
    "after",
    [
        plan(B, A),
        plan(replace(A, row=9), replace(B, row=8)),
        plan(replace(A, code="a"), B),
        plan(A, replace(B, type="TRT")),
        plan(A, B, links=(replace(LINK, row=7, before="a", after="b"),)),
    ],
)
def test_order_rows_the_case_of_codes_and_the_default_type_do_not_count(after: Plan) -> None:
    assert difference(plan(A, B), after) == Difference(unchanged=2)


def test_steps_come_and_go_by_code() -> None:
    new = replace(B, code="C")
    found = difference(plan(A, B), plan(new, A, links=()))
    assert found == Difference(created=("C",), removed=("B",), unchanged=1)
    assert difference(plan(links=()), plan(A, B)) == Difference(created=("A", "B"))
