"""Addresses, user names and zones."""

import pytest

from cutwater.identity.core import accounts

# ---------------------------------------------------------------- addresses, names, zones, policy


@pytest.mark.parametrize("email", ["ada@bank.example", "a.b+c@x-y.co.uk", "o'hara@bank.example"])
def test_an_address_is_taken(email: str) -> None:
    assert accounts.email_problem(accounts.tidy_email(f" {email.upper()} ")) == ""


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ada",
        "ada@",
        "@bank.example",
        "a b@bank.example",
        "ada@bank",
        ".a@b.ch",
        "a..b@c.ch",
        "a@b.ch\n",
        "é@b.ch",
        "x" * 250 + "@b.ch",
    ],
)
def test_what_is_no_address_is_refused(email: str) -> None:
    assert accounts.email_problem(email)


def test_a_user_name_is_made_of_the_address() -> None:
    assert accounts.username_of("Ada.Lane+x@bank.example") == "ada.lanex"
    assert accounts.username_of("é@bank.example") == "user-x"
    assert accounts.free_username("ada", {"ada", "ada2"}) == "ada3"
    assert accounts.username_problem("ada.lane") == ""
    assert all(accounts.username_problem(each) for each in ("a", "Ada", "a b"))


def test_a_zone_must_exist() -> None:
    assert accounts.zone_problem("Europe/Zurich") == ""
    assert accounts.zone_problem("Mars/Base")
