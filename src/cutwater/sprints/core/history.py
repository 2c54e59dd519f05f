"""What the changelog tells: when an issue got done, and when it came into and left its sprints."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from cutwater.kernel.frozen import frozen
from cutwater.sprints.core.facts import Category
from cutwater.sprints.core.records import ChangeRecord, SprintRecord

CategoryOf = Callable[[str, str], Category]


@frozen
class Stay:
    """One stay of an issue in a sprint; a time nobody recorded is None, `left_at` also while it lasts.

    `sprint_id` is the id that the sprint has where it comes from, or its name where `is_named`.
    """

    sprint_id: str
    joined_at: datetime | None
    left_at: datetime | None
    is_current: bool
    is_named: bool = False


def done_at(
    category: str, changes: Iterable[ChangeRecord], stage: CategoryOf, resolved_at: datetime | None
) -> tuple[datetime | None, str | None]:
    """When an issue that is done got there for good, and how we know; (None, None) when nothing says so.

    By the changelog: the first of the last unbroken run of done statuses. An entry whose status nobody can
    place ends the run, so no date is guessed; then the resolution date, if the source states one.
    """
    if category != Category.DONE:
        return None, None
    reached: datetime | None = None
    for change in ordered(changes):
        if not is_status(change):
            continue
        if stage(change.now_id or "", change.now or "") is not Category.DONE:
            reached = None
        elif reached is None or stage(change.was_id or "", change.was or "") is not Category.DONE:
            reached = change.at
    if reached:
        return reached, "changelog"
    return (resolved_at, "resolution") if resolved_at else (None, None)


def is_status(change: ChangeRecord) -> bool:
    """Whether the change is of the status."""
    return (change.field_id or change.field).casefold() == "status"


def is_sprint(change: ChangeRecord) -> bool:
    """Whether the change is of the sprint field."""
    return change.field.casefold() == "sprint"


def ordered(changes: Iterable[ChangeRecord]) -> list[ChangeRecord]:
    """Changes by time; those of one moment by their entry, Jira's numbers being numbers."""
    return sorted(changes, key=lambda item: (item.at, _number(item.external_id), item.position))


def _number(text: str) -> tuple[int, str]:
    return (int(text), "") if text.isdigit() else (0, text)


def stays(
    changes: Iterable[ChangeRecord], now: Sequence[SprintRecord], created_at: datetime | None
) -> list[Stay]:
    """Every stay of an issue in a sprint, from the changelog and from what its sprint field says now.

    A sprint the issue is in that no change ever added was there from the start: the stay begins when the
    issue was created. A sprint known by name only cannot be found in the changelog: its times stay unknown.
    """
    events = [change for change in ordered(changes) if is_sprint(change)]
    current = {sprint.external_id: sprint for sprint in now if sprint.external_id}
    found: list[Stay] = []
    begun: dict[str, datetime | None] = dict.fromkeys(
        _ids(events[0].was_id) if events else current, created_at
    )
    for change in events:
        before, after = _ids(change.was_id), _ids(change.now_id)
        found += [
            Stay(sprint_id=gone, joined_at=begun.pop(gone, None), left_at=change.at, is_current=False)
            for gone in before
            if gone not in after
        ]
        begun |= {come: change.at for come in after if come not in before}
    found += [
        Stay(sprint_id=held, joined_at=begun.get(held), left_at=None, is_current=True) for held in current
    ]
    return found


def _ids(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]
