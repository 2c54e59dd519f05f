"""Changes as a reader gets them: public values as they are, people's words as far as they were read."""

from collections.abc import Mapping
from uuid import UUID

import pytest

from cutwater.audit.core.records import ERASED, LoggedEvent, Words, is_reference, reference_to
from cutwater.kernel import clock
from cutwater.kernel.ids import new_id
from cutwater.kernel.jsonable import JSON

KEPT, GONE = new_id(), new_id()


def logged(changes: JSON, texts: Mapping[str, str | None] | None = None) -> LoggedEvent:
    now, id = clock.now(), new_id()
    return LoggedEvent(
        id=1, at=now, happened_at=now, organization_id=id, actor_kind="job", actor_id=None,
        actor_user_id=None, actor_job="x", name="boat.described", subject_kind="boat", subject_id=id,
        subject_key="", context_kind=None, context_id=None, context_key=None, data={"changes": changes},
        texts=texts,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        (KEPT, None, ("Built by hand", "")),
        (None, KEPT, ("", "Built by hand")),
        (KEPT, GONE, ("Built by hand", ERASED)),
        (new_id(), KEPT, (ERASED, "Built by hand")),
    ],
    ids=["taken away", "added", "erased", "of which nothing is left"],
)
def test_words_stand_where_the_log_refers_to_them(
    was: UUID | None, now: UUID | None, expected: tuple[str, str]
) -> None:
    pair: list[JSON] = [reference_to(was), reference_to(now)]
    event = logged({"story": pair}, {str(KEPT): "Built by hand", str(GONE): None})
    assert event.changes == {"story": expected}
    assert event.changes["story"].is_text


def test_words_that_were_not_read_are_only_known_to_have_changed() -> None:
    changes = logged({"story": [reference_to(KEPT), reference_to(None)], "length": [12, 14]}).changes
    assert changes == {"story": (None, None), "length": (12, 14)}
    assert isinstance(changes["story"], Words)
    assert not changes["length"].is_text


@pytest.mark.parametrize(
    "value",
    ["note", None, 3, {}, {"note": "x"}, {"note": 3}, {"note": str(KEPT), "more": 1}, {"id": str(KEPT)}],
)
def test_a_value_that_is_no_reference_is_itself(value: JSON) -> None:
    assert not is_reference(value)
    assert logged({"field": [value, value]}, {}).changes == {"field": (value, value)}


@pytest.mark.parametrize("data", [None, [], "x"])
def test_what_holds_no_changes_has_none(data: JSON) -> None:
    assert logged(data).changes == {}
