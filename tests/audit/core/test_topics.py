"""Topics: what an event belongs to, and what somebody may ask for."""

from uuid import UUID

import pytest

from cutwater.audit.core.topics import MOST_TOPICS, asked, by_kind, plural, topics_of
from cutwater.kernel.errors import Forbidden, Invalid

ME = UUID("019aa0c4-6f5e-7c53-8a4e-0d5f8a1b2c3d")
OTHER = UUID("019aa0c4-6f5e-7c53-8a4e-0d5f8a1b2c3e")


@pytest.mark.parametrize(
    ("kind", "many"),
    [("release", "releases"), ("run", "runs"), ("dependency", "dependencies"), ("inbox", "inboxes")],
)
def test_the_plural_of_a_kind(kind: str, many: str) -> None:
    assert plural(kind) == many


def test_an_event_belongs_to_its_subject_its_context_and_both_kinds() -> None:
    assert topics_of(("step", ME), ("run", OTHER)) == {f"step:{ME}", f"run:{OTHER}", "steps", "runs"}
    assert topics_of(("release", ME), None) == {f"release:{ME}", "releases"}


def test_the_inbox_is_ones_own() -> None:
    assert asked("inbox, releases", ME) == {f"inbox:{ME}", "releases"}
    assert asked(f"inbox:{ME}", ME) == {f"inbox:{ME}"}
    with pytest.raises(Forbidden):
        asked(f"inbox:{OTHER}", ME)
    with pytest.raises(Forbidden):
        asked(f"inbox:{OTHER}", None)


@pytest.mark.parametrize(
    "text", ["Releases", "release:", "release:1", "a b", "release:" + "g" * 36, "☃", "x" * 99]
)
def test_what_is_no_topic_is_refused_by_name(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        asked(text, ME)
    assert refused.value.fields[0].field == "topics"


def test_too_many_topics_are_refused() -> None:
    with pytest.raises(Invalid):
        asked(",".join(f"a{'b' * (n % 20)}" for n in range(MOST_TOPICS + 1)), ME)


def test_topics_of_kinds_that_have_a_view() -> None:
    assert by_kind([f"run:{ME}", f"step:{ME}", "runs"], ["run"]) == {f"run:{ME}": ("run", ME)}
