"""Edits, their difference, and the order in which a verb is refused."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import pytest

from cutwater.kernel.changes import Changes, changed, moved
from cutwater.kernel.errors import Conflict, Forbidden, Stale, refuse
from cutwater.kernel.etags import stale
from cutwater.kernel.events import Event, Subject
from cutwater.kernel.ids import new_id
from cutwater.kernel.obstacle import Obstacle


class Colour(StrEnum):
    RED = "RED"
    BLUE = "BLUE"


@dataclass
class Row:
    id: UUID
    title: str = "Old"
    story: str = "Once"
    colour: str = "RED"
    revision: int = 4


def test_only_what_differs_is_set_and_counted_once() -> None:
    row = Row(new_id())
    found = changed(row, {"title": "New", "colour": Colour.BLUE, "story": "Once"})
    assert (row.title, row.colour, row.revision) == ("New", "BLUE", 5)
    assert found == Changes(fields={"title": ("Old", "New"), "colour": ("RED", "BLUE")})
    assert found.words() == "title and colour"


def test_an_edit_that_changes_nothing_is_no_edit() -> None:
    row = Row(new_id())
    assert not changed(row, {"title": "Old", "colour": Colour.RED})
    assert row.revision == 4


def test_private_words_are_told_apart() -> None:
    found = changed(Row(new_id()), {"story": None, "title": "New"}, private={"story"})
    assert found.fields == {"title": ("Old", "New")}
    assert found.texts == {"story": ("Once", "")}
    assert found.without("title") == Changes(texts={"story": ("Once", "")})


class Painted(Event):
    name: ClassVar[str] = "wall.painted"
    wall_id: UUID
    changes: Changes

    @property
    def subject(self) -> Subject:
        return Subject("wall", self.wall_id)


def test_an_event_keeps_changes_once_and_never_private_words() -> None:
    id = new_id()
    told = Painted(wall_id=id, changes=Changes(fields={"colour": ("RED", "BLUE")}, texts={"why": ("a", "b")}))
    assert told.data == {"wall_id": str(id), "headline": "painted", "changes": {"colour": ["RED", "BLUE"]}}
    assert moved("state", Colour.RED, Colour.BLUE) == Changes(fields={"state": ("RED", "BLUE")})


MAY_NOT = Obstacle(code="permission.paint", text="You may not.")
WET = Obstacle(code="wall.wet", text="The wall is wet.")
DARK = Obstacle(code="wall.dark", text="It is dark.")
OLD = stale(5, 4, "Ana painted it")


@pytest.mark.parametrize(
    ("may", "seen", "rules", "answer", "codes"),
    [
        ([MAY_NOT], OLD, [WET], Forbidden, ["permission.paint"]),
        ([], None, [WET, MAY_NOT], Forbidden, ["permission.paint"]),
        ([], OLD, [WET, DARK], Stale, ["stale"]),
        ([], None, [WET, DARK], Conflict, ["wall.wet", "wall.dark"]),
        ([DARK], None, [WET], Conflict, ["wall.dark", "wall.wet"]),
    ],
)
def test_a_verb_is_refused_once_permission_first_then_stale_then_every_rule(
    may: list[Obstacle], seen: Stale | None, rules: list[Obstacle], answer: type, codes: list[str]
) -> None:
    with pytest.raises(answer) as refusal:
        refuse(may=may, seen=seen, rules=rules)
    assert [each.code for each in refusal.value.obstacles] == codes


def test_nothing_against_it_is_no_refusal() -> None:
    refuse(may=[], seen=stale(5, 5), rules=[])
    refuse(seen=stale(5, None))
