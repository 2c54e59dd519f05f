"""Every status has a word, an icon that is in the sprite, and a tone that the style sheet knows."""

import re

import pytest

from cutwater.web.statuses import LOOKS, TONES, look, said
from cutwater.web.templating import STATIC

ALL = [(kind, value) for kind, known in LOOKS.items() for value in known]


@pytest.mark.parametrize(("kind", "value"), ALL)
def test_tones_exist_in_the_style_sheet(kind: str, value: str) -> None:
    sheet = (STATIC / "css" / "tokens.css").read_text()
    found = look(kind, value)
    assert found.tone in TONES
    assert f".tone-{found.tone} " in sheet
    assert found.word
    assert found.icon


def test_the_runsheet_element_shows_steps_as_the_server_does() -> None:
    script = (STATIC / "elements" / "sheet-rows.js").read_text()
    rows = re.findall(r'^  ([A-Z_]+): \["([^"]+)", "([^"]+)", "([^"]+)"\],$', script, re.MULTILINE)
    assert {row[0]: row[1:] for row in rows} == {
        value: (each.word, each.icon, each.tone) for value, each in LOOKS["step"].items()
    }


def test_an_unknown_status_shows_its_own_words() -> None:
    assert look("ship", "UNDER_SAIL").word == "Under sail"
    assert look("nothing", "x").icon == "circle"


def test_the_case_of_a_value_does_not_matter() -> None:
    assert look("release", "deployed") == look("release", "DEPLOYED")
    assert look("environment", "PRODUCTION").word == "Production"


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
