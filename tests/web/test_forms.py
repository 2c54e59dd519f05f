"""Forms into models: what counts as given, whose zone a local time is in, and the sentences people read."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from pydantic import Field
from starlette.datastructures import FormData

from cutwater.kernel.errors import Invalid
from cutwater.kernel.wire import Body, Int, IsoDate, IsoDateTime, Line, Text
from cutwater.web.forms import kept_values, parse

ZURICH = ZoneInfo("Europe/Zurich")


class Kind(StrEnum):
    SAIL = "SAIL"
    MOTOR = "MOTOR"


class Boat(Body):
    name: Annotated[Line, Field(min_length=1, max_length=10)]
    notes: Text = ""
    owner: Line | None = None
    masts: Annotated[Int, Field(ge=1, le=5)] = 1
    kind: Kind = Kind.SAIL
    launched: IsoDate | None = None
    leaves: IsoDateTime | None = None
    crew: list[UUID] = []
    tags: list[Line] = []
    fast: bool = False


def boat(*pairs: tuple[str, str]) -> Boat:
    return parse(Boat, FormData([("name", "Gull"), *pairs]), ZURICH)


def findings(*pairs: tuple[str, str]) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        parse(Boat, FormData(list(pairs)), ZURICH)
    return {each.field: each.message for each in refused.value.fields}


def test_an_empty_field_of_another_type_than_text_was_not_given() -> None:
    found = boat(("masts", ""), ("launched", " "), ("kind", ""), ("owner", ""))
    assert (found.masts, found.launched, found.kind, found.owner) == (1, None, Kind.SAIL, None)


def test_an_empty_text_stays_an_empty_text() -> None:
    assert boat(("notes", "")).notes == ""


def test_a_local_time_is_read_in_the_viewers_zone() -> None:
    assert boat(("leaves", "2026-07-01T03:15")).leaves == datetime(2026, 7, 1, 1, 15, tzinfo=UTC)
    assert boat(("leaves", "2026-07-01T03:15:00+00:00")).leaves == datetime(2026, 7, 1, 3, 15, tzinfo=UTC)


def test_repeated_fields_become_a_list_and_blanks_in_it_go() -> None:
    assert boat(("tags", "a"), ("tags", ""), ("tags", "b")).tags == ["a", "b"]


def test_a_ticked_box_is_true_and_an_absent_one_false() -> None:
    assert boat(("fast", "true")).fast is True
    assert boat(("fast", "on")).fast is True
    assert boat().fast is False


def test_fields_of_the_shell_are_not_the_forms() -> None:
    assert boat(("_csrf", "x")).name == "Gull"


@pytest.mark.parametrize(
    ("pairs", "field", "sentence"),
    [
        ([], "name", "Fill this in."),
        ([("name", "")], "name", "Fill this in."),
        ([("name", "An albatross")], "name", "At most 10 characters, please."),
        ([("name", "G"), ("masts", "many")], "masts", "Must be a whole number."),
        ([("name", "G"), ("masts", "0")], "masts", "Must be 1 or more."),
        ([("name", "G"), ("masts", "9")], "masts", "Must be 5 or less."),
        ([("name", "G"), ("kind", "OARS")], "kind", "Choose one of: 'SAIL' or 'MOTOR'."),
        ([("name", "G"), ("launched", "soon")], "launched", "Must be a date such as 2026-11-20."),
        ([("name", "G"), ("crew", "me")], "crew", "Choose an entry of the list."),
        (
            [("name", "G"), ("anchor", "2")],
            "anchor",
            "This page is out of date. Reload it and send the form again.",
        ),
    ],
)
def test_each_wrong_field_gets_a_sentence_that_names_the_fix(
    pairs: list[tuple[str, str]], field: str, sentence: str
) -> None:
    assert findings(*pairs)[field] == sentence


def test_all_wrong_fields_are_named_at_once() -> None:
    assert set(findings(("masts", "x"), ("kind", "x"))) == {"name", "masts", "kind"}


def test_what_was_typed_is_kept_but_no_secret() -> None:
    typed = {"name": "Gull", "password": "x", "totp_code": "1", "reset_token": "t", "_csrf": "c"}
    assert kept_values(typed) == {"name": "Gull"}
    assert kept_values(None) == {}
