"""Every state has a word, an icon that is in the sprite, and a tone that the style sheet knows."""

from enum import StrEnum

import pytest

from cutwater import wiring
from cutwater.web import looks
from cutwater.web.declared import TONES, Look
from cutwater.web.looks import look, said
from cutwater.web.templating import STATIC

LOOKS = wiring.declared().looks


@pytest.fixture(autouse=True)
def used() -> None:
    looks.use(LOOKS)


@pytest.mark.parametrize("kind", LOOKS)
def test_every_member_of_an_enum_has_a_look_that_can_be_shown(kind: str) -> None:
    assert looks.missing_from(LOOKS[kind]) == []
    sheet = (STATIC / "css" / "tokens.css").read_text()
    for each in LOOKS[kind].values():
        assert each.tone in TONES
        assert f".tone-{each.tone} " in sheet
        assert each.word
        assert each.icon


class Tide(StrEnum):
    HIGH = "HIGH"
    LOW = "LOW"


def test_a_state_without_a_look_is_refused_at_the_start() -> None:
    with pytest.raises(TypeError, match="the looks of tide lack LOW"):
        looks.use({"tide": {Tide.HIGH: Look(word="High", icon="waves")}})


def test_an_element_gets_the_looks_of_the_server() -> None:
    assert looks.looks_of("step")["FAILED"] == ("Failed", "circle-x", "bad")


def test_a_value_without_a_look_shows_its_own_words() -> None:
    assert look("ship", "UNDER_SAIL").word == "Under sail"
    assert look("nothing", "x").icon == "circle"


@pytest.mark.parametrize(
    ("kind", "field", "value", "expected"),
    [
        ("release", "status", "READY_STAGING", "Ready for staging"),
        ("step", "state", "IN_PROGRESS", "In progress"),
        ("release", "priority", "HIGH", "High"),
        ("member", "role", "OWNER", "Owner"),
        ("release", "title", "HIGH", "HIGH"),
        ("boat", "status", "MOORED", "MOORED"),
        ("release", "hotfix", True, "yes"),
        ("release", "labels", ["a", "b"], "a, b"),
        ("release", "owner_id", None, "–"),
        ("site", "points", "", "–"),
    ],
)
def test_a_change_is_told_in_the_words_of_the_rest_of_the_page(
    kind: str, field: str, value: object, expected: str
) -> None:
    assert said(kind, field, value) == expected
