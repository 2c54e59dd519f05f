"""The table of states as the elements of the page read it: the same as the server's."""

import json
from pathlib import Path

from cutwater.runbooks.core.step_machine import StepState
from cutwater.runbooks.sheet.views.sections import element_table
from cutwater.runbooks.shell import LOOKS

KEPT = Path(__file__).parents[2] / "elements" / "runsheet-table.json"


def test_the_table_of_the_elements_tests_is_the_one_that_pages_send() -> None:
    looks = {state.value: [each.word, each.icon, each.tone] for state, each in LOOKS["step"].items()}
    sent = {"table": element_table(), "looks": looks}
    assert json.loads(KEPT.read_text()) == json.loads(json.dumps(sent))


def test_the_table_knows_every_state() -> None:
    states = element_table()["states"]
    assert isinstance(states, dict)
    assert set(states) == {state.value for state in StepState}
