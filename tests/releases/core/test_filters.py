"""The query box, slugs and markdown: what people type is understood, or named when it is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutwater.releases.core import markdown, slugs
from cutwater.releases.core.facts import ACTIVE, Priority, Status
from cutwater.releases.core.filters import Filter, parse

READY = (Status.READY_STAGING, Status.READY_PRODUCTION)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", Filter()),
        ("status:ready", Filter(statuses=READY)),
        ("status:READY_STAGING", Filter(statuses=(Status.READY_STAGING,))),
        ("status:ready-staging,deployed", Filter(statuses=(Status.READY_STAGING, Status.DEPLOYED))),
        ("status:active", Filter(statuses=ACTIVE)),
        ("status:rolled", Filter(statuses=(Status.ROLLED_BACK,))),
        ("Service:Payments is:BLOCKED", Filter(services=("payments",), claims=frozenset({"blocked"}))),
        ("priority:crit,low", Filter(priorities=(Priority.CRITICAL, Priority.LOW))),
        ("owner:me sprint:spr-1", Filter(owners=("me",), sprints=("SPR-1",))),
        ('owner:"Dana Approver"', Filter(owners=("Dana Approver",))),
        ("item:pay-12 item:acme/api#7", Filter(items=("PAY-12", "acme/api#7"))),
        ('instant "two words" http://x', Filter(words=("instant", "two words", "http://x"))),
        ("status:nonsense", Filter(mistakes=("status:nonsense is no status",))),
    ],
)
def test_the_query_box(typed: str, meant: Filter) -> None:
    assert parse(typed) == meant


def test_a_claim_that_is_not_known_is_named_with_those_that_are() -> None:
    (mistake,) = parse("is:asleep").mistakes
    assert mistake.startswith("is:asleep is not known; use is:active is:blocked")


@given(st.text())
def test_nothing_typed_breaks_the_query_box(typed: str) -> None:
    assert isinstance(parse(typed), Filter)


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Payments", "payments"), ("Zürich  Core & Co", "zurich-core-co"), ("—", ""), ("x" * 50, "x" * 40)],
)
def test_a_name_becomes_a_slug(name: str, slug: str) -> None:
    assert slugs.slug_of(name) == slug


@pytest.mark.parametrize("slug", ["", "A", "a b", "-a", "a--b", "new", "x" * 41])
def test_what_is_no_slug_is_said_to_be_wrong(slug: str) -> None:
    assert slugs.problem(slug)


@given(st.text())
def test_every_slug_made_of_a_name_is_one(name: str) -> None:
    slug = slugs.slug_of(name)
    assert slug in ("", "new") or not slugs.problem(slug)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("**a** *b* `c`", "<p><strong>a</strong> <em>b</em> <code>c</code></p>"),
        ("# Big", "<h3>Big</h3>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        (
            "[x](https://example.org)",
            '<p><a href="https://example.org" rel="noopener noreferrer nofollow">x</a></p>',
        ),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
        ("![x](https://example.org/x.png)", "<p></p>"),
    ],
)
def test_markdown_is_shown_safely(typed: str, shown: str) -> None:
    assert markdown.to_html(typed).strip() in (shown, f"<p>{shown}</p>")


@given(st.text())
def test_no_markdown_brings_in_a_script_or_a_handler(typed: str) -> None:
    html = markdown.to_html(typed + "<script>x</script> [a](javascript:x) <b onclick=x>")
    assert "<script" not in html
    assert "<b " not in html
    assert 'href="javascript' not in html
