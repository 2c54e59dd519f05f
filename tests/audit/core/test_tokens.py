"""Tokens come back from browsers: what is ours is read, everything else is refused before any query."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutwater.audit.core.tokens import MOST_XID, Token, parse, read, resumable, signed
from cutwater.kernel.ids import new_id

HERE, KEYS = new_id(), ["k" * 32]


def possible(xid: int) -> bool:
    """PostgreSQL never gives out ids whose lower half is zero."""
    return xid % 2**32 != 0


@st.composite
def tokens(draw: st.DrawFn) -> Token:
    xmin = draw(st.integers(1, MOST_XID - 1000).filter(possible))
    xmax = draw(st.integers(xmin, xmin + 1000).filter(possible))
    running = (
        draw(st.sets(st.integers(xmin, xmax - 1).filter(possible), max_size=20)) if xmax > xmin else set()
    )
    return Token(draw(st.integers(1, 99_999)), xmin, xmax, tuple(sorted(running)))


@given(tokens())
def test_a_token_survives_the_way_through_a_browser(token: Token) -> None:
    assert parse(str(token)) == token


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1-",
        "0-5:5:",
        "1-0:5:",
        "1-9:5:",
        "1-5:9:4",
        "1-5:9:9",
        "1-5:9:7,6",
        "1-5:9:6,6",
        "1-5:9:6,",
        "1-5:9",
        "1-5:9:;drop table event_log",
        "1-5:9:\n",
        "1-५:9:",
        "-1-5:9:",
        "1-99999999999999999999:99999999999999999999:",
        "1-9223372036854775807:9223372036854775808:",
        f"1-5:{2**32}:",
        f"1-5:{2**33}:{2**32}",
        "1-5:9:" + "6," * 5000 + "7",
    ],
)
def test_what_we_did_not_make_is_no_token(text: str) -> None:
    assert parse(text) is None


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    found = parse(text)
    assert found is None or str(found) == text


def test_a_snapshot_sees_what_was_finished_when_it_was_taken() -> None:
    token = Token(1, 10, 20, (12, 15))
    assert [xid for xid in range(8, 22) if not token.sees(xid)] == [12, 15, 20, 21]


@pytest.mark.parametrize(
    ("text", "is_resumable"),
    [
        ("2-10:20:", True),
        ("2-30:40:31", True),
        ("1-10:20:", False),  # another cluster's
        ("2-30:41:", False),  # of a future that a restore took back
        ("2-31:40:", False),
        ("nonsense", False),
    ],
)
def test_only_a_place_of_this_cluster_and_its_past_can_be_followed_on(text: str, is_resumable: bool) -> None:
    assert (resumable(parse(text), Token(2, 30, 40)) is not None) is is_resumable


@given(tokens())
def test_a_signed_token_comes_back_as_it_went_out(token: Token) -> None:
    assert read(signed(token, HERE, KEYS), HERE, KEYS) == token


@given(tokens())
def test_a_token_is_good_in_its_organization_only(token: Token) -> None:
    assert read(signed(token, HERE, KEYS), new_id(), KEYS) is None


def test_an_altered_token_is_no_token() -> None:
    text = signed(Token(1, 5, 9), HERE, KEYS)
    plain, _, signature = text.rpartition(".")
    earlier = f"1-1:9:.{signature}"
    for altered in (plain, f"{plain}.", earlier, f"{text}x", f"{plain}.é", text[:-1], ""):
        assert read(altered, HERE, KEYS) is None, altered


def test_a_token_of_an_earlier_key_is_read_until_that_key_goes() -> None:
    text = signed(Token(1, 5, 9), HERE, ["old" * 12])
    assert read(text, HERE, [*KEYS, "old" * 12]) == Token(1, 5, 9)
    assert read(text, HERE, KEYS) is None


@given(st.text(max_size=80))
def test_no_text_is_taken_for_a_signed_token(text: str) -> None:
    assert read(text, HERE, KEYS) is None
