"""What a worksheet would change in a runbook: two plans compared step by step, by code."""

from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter

from cutwater.kernel.frozen import frozen
from cutwater.runbooks.core.critical_path import LinkKind
from cutwater.runbooks.core.facts import DEFAULT_STEP_TYPE
from cutwater.runbooks.core.worksheet.plan import ParsedStep, Plan

Waits = tuple[str, LinkKind, int, bool]
Content = tuple[str, object, list[Waits]]
_SAYS: Callable[[ParsedStep], object] = attrgetter(
    *(field.name for field in fields(ParsedStep) if field.name not in ("row", "code", "type"))
)


@frozen
class Difference:
    """The codes of the steps that are new, changed or gone, and how many stay as they are."""

    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0


def difference(before: Plan, after: Plan) -> Difference:
    """What changes from one plan to the other. A step's links to its predecessors count as its own; where in
    the order it lies, and in which case its code is written, does not count."""
    old, new = _contents(before), _contents(after)
    common = old.keys() & new.keys()
    changed = {code for code in common if old[code] != new[code]}
    codes = {step.code.casefold(): step.code for plan in (before, after) for step in plan.steps}
    return Difference(
        created=tuple(codes[code] for code in new if code not in old),
        changed=tuple(codes[code] for code in new if code in changed),
        removed=tuple(codes[code] for code in old if code not in new),
        unchanged=len(common) - len(changed),
    )


def _contents(plan: Plan) -> dict[str, Content]:
    """By folded code: a step's type, what else it says, and what it waits for."""
    waits: dict[str, list[Waits]] = {}
    for link in plan.links:
        wait = (link.before.casefold(), link.kind, link.lag_minutes, link.hard)
        waits.setdefault(link.after.casefold(), []).append(wait)
    contents: dict[str, Content] = {}
    for step in plan.steps:
        code = step.code.casefold()
        contents[code] = (step.type or DEFAULT_STEP_TYPE, _SAYS(step), sorted(waits.get(code, ())))
    return contents
