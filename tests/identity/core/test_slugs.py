"""The short names in addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutwater.identity.core import slugs

# ---------------------------------------------------------------- slugs


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("North Bank", "north-bank"),
        ("Zürcher Kantonalbank & Söhne", "zurcher-kantonalbank-and-sohne"),
        ("Straße  Nº 5", "strasse-no-5"),
        ("  --  ", "team"),
        ("銀行", "team"),
        ("x" * 60, "x" * 40),
        ("a" * 39 + " b", "a" * 39),
    ],
)
def test_a_name_becomes_a_slug(name: str, slug: str) -> None:
    assert slugs.slug_of(name) == slug


@given(st.text(max_size=80))
def test_every_name_gives_a_slug_that_is_allowed(name: str) -> None:
    slug = slugs.slug_of(name)
    assert slugs.problem(slug, reserved=()) == "" or len(slug) == 1


def test_a_taken_or_reserved_slug_gets_a_number() -> None:
    assert slugs.free("north", {"north", "north-2"}) == "north-3"
    assert slugs.free("admin", set()) == "admin-2"
    assert slugs.free("admin", set(), reserved=()) == "admin"
    assert slugs.free("x" * 40, {"x" * 40}) == "x" * 38 + "-2"


@pytest.mark.parametrize(
    "slug", ["", "a", "A", "a b", "-a", "a-", "a--b", "ä", "a" * 41, "api", "a/b", "a\n"]
)
def test_what_would_break_an_address_is_refused(slug: str) -> None:
    assert slugs.problem(slug)
