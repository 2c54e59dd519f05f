"""Addresses, queries, icons, and blocks of templates."""

from pathlib import Path

import pytest

from cutwater import wiring
from cutwater.web import templating
from cutwater.web.templating import STATIC, Viewing, viewing
from tests.web.app import shell

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def rendering() -> None:
    shell()
    viewing.set(Viewing(base="/o/bank"))


@pytest.mark.parametrize(
    ("url", "changes", "changed"),
    [
        ("/x?a=1&page=3", {"b": 2}, "/x?a=1&b=2"),
        ("/x?a=1&page=3", {"page": 4}, "/x?a=1&page=4"),
        ("/x?a=1", {"a": None}, "/x"),
        ("/x", {"tag": ["a", "b"]}, "/x?tag=a&tag=b"),
        ("/x?q=%C3%A9%20o", {"page": 2}, "/x?q=%C3%A9+o&page=2"),
        ("https://evil.example/x?a=1", {"b": 1}, "/x?a=1&b=1"),
    ],
)
def test_query_parameters_change_in_place(url: str, changes: dict[str, object], changed: str) -> None:
    assert templating.with_query(url, **changes) == changed


def test_links_stay_in_the_organization_unless_they_say_otherwise() -> None:
    assert templating.link("/runs") == "/o/bank/runs"
    assert templating.link("/") == "/o/bank/"
    assert templating.link("@/sign-in") == "/sign-in"


def test_ids_are_unique_within_a_page_and_between_its_parts() -> None:
    assert templating.unique("why") != templating.unique("why")
    viewing.set(Viewing(mark="7-"))
    assert templating.unique("why").startswith("why-7-")


def test_a_block_that_does_not_exist_is_a_mistake() -> None:
    with pytest.raises(LookupError, match="has no block nothing"):
        templating.render("boats/hello.html", {"theme": "light", "links": {}}, "nothing")


def test_everything_people_wrote_is_escaped() -> None:
    source = (
        "{% import 'components/ui.html' as ui %}"
        "{{ ui.badge(x) }}{{ ui.field('L', 'n', value=x) }}{{ ui.feed([e]) }}"
    )
    hostile = '"><script>alert(1)</script>'
    entry = {
        "actor_name": hostile,
        "headline": hostile,
        "note": hostile,
        "at": None,
        "key": hostile,
        "changes": {},
    }
    text = templating.shell().environment.from_string(source).render(x=hostile, e=entry)
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_the_build_name_follows_the_files() -> None:
    assert len(templating.build_hash()) == 12
    assert templating.build_hash() == templating.build_hash()


@pytest.mark.skipif(not (STATIC / "vendor" / "icons.svg").exists(), reason="run `make assets` first")
def test_no_page_asks_for_an_icon_that_the_sprite_lacks() -> None:
    sprite = (STATIC / "vendor" / "icons.svg").read_text()
    wanted = {each.icon for known in wiring.declared().looks.values() for each in known.values()}
    assert {name for name in wanted if f'id="{name}"' not in sprite} == set()


def test_the_element_of_each_file_is_named_after_it() -> None:
    for path in (STATIC / "elements").glob("cw-*.js"):
        assert f'customElements.define("{path.stem}"' in path.read_text()
