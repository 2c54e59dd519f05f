from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutwater.notifications.core import letters

ID = UUID("0190f000-0000-7000-8000-000000000001")


@pytest.mark.parametrize("address", ["ada@example.com", "a.b+c@x.example", "ädä@bücher.example"])
def test_a_plain_address_is_one(address: str) -> None:
    assert letters.is_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "a@b@c",
        "Ada <ada@example.com>",
        "a@b, c@d",
        "a@b\nBcc: c@d",
        "a b@c",
    ],
)
def test_anything_else_is_not(address: str) -> None:
    assert not letters.is_address(address)


def test_a_subject_cannot_start_another_header() -> None:
    assert letters.one_line("Ready\r\nBcc: eve@example.com\x00") == "Ready Bcc: eve@example.com"
    assert len(letters.one_line("x" * 1000)) == 300


def test_the_message_id_is_made_of_the_delivery_and_the_senders_domain() -> None:
    assert letters.message_id(ID, "Cutwater <x@bank.example>") == f"<{ID.hex}@bank.example>"
    assert letters.message_id(ID, "Cutwater") == f"<{ID.hex}@localhost>"


def test_plain_text_has_the_link_on_a_line_of_its_own() -> None:
    assert letters.plain("Ada", ["You are invited."], "https://x.example/i/1") == (
        "Hello Ada,\n\nYou are invited.\n\nhttps://x.example/i/1\n"
    )
    assert letters.plain("", ["Bye."]) == "Hello,\n\nBye.\n"


def test_html_escapes_everything_given() -> None:
    html = letters.rich("<b>Ada</b>", ["1 < 2 & 3"], 'https://x.example/?a="b"&c', "Join & go")
    assert "Hello &lt;b&gt;Ada&lt;/b&gt;," in html
    assert "<p>1 &lt; 2 &amp; 3</p>" in html
    assert 'href="https://x.example/?a=&quot;b&quot;&amp;c"' in html
    assert ">Join &amp; go</a>" in html


def test_links_become_links_without_the_full_stop_after_them() -> None:
    assert letters.linked("See https://x.example/a?b=1. Or (http://y.example).") == [
        ("See ", ""),
        ("https://x.example/a?b=1", "https://x.example/a?b=1"),
        (". Or (", ""),
        ("http://y.example", "http://y.example"),
        (").", ""),
    ]


def test_other_schemes_stay_text() -> None:
    text = "javascript:alert(1) data:text/html,x ftp://x.example"
    assert letters.linked(text) == [(text, "")]


@given(st.text())
def test_nothing_of_a_text_is_lost_and_only_http_leads_anywhere(text: str) -> None:
    pieces = letters.linked(text)
    assert "".join(piece for piece, _ in pieces) == text
    assert all(address in ("", piece) for piece, address in pieces)
    assert all(address.startswith(("http://", "https://")) for _, address in pieces if address)
