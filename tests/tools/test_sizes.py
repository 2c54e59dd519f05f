"""The size budgets: what counts, and what is too long."""

import ast
import textwrap

import pytest

from tools import sizes


def function(body: str) -> ast.FunctionDef:
    """The first function of a source."""
    found = ast.parse(textwrap.dedent(body)).body[0]
    assert isinstance(found, ast.FunctionDef)
    return found


def test_a_docstring_and_decorators_do_not_count() -> None:
    found = function(
        '''
        @decorated
        def verb(a):
            """One sentence.

            And more.
            """
            return a
        '''
    )
    assert sizes.length(found) == 2


def test_a_signature_and_inner_functions_count() -> None:
    found = function(
        """
        def verb(
            a,
        ):
            def inner():
                return a
            return inner
        """
    )
    assert sizes.length(found) == 6


@pytest.mark.parametrize(("lines", "found"), [(39, 0), (40, 1)])
def test_forty_lines_are_the_limit_of_a_function(lines: int, found: int) -> None:
    source = "def verb():\n" + "    a = 1\n" * lines
    assert len(list(sizes.long_functions("x.py", source))) == found


@pytest.mark.parametrize(("lines", "found"), [(199, 0), (200, 1)])
def test_two_hundred_lines_are_the_limit_of_a_class(lines: int, found: int) -> None:
    source = "@decorated\nclass Thing:\n" + '    """What it is."""\n' + "    a = 1\n" * lines
    assert len(list(sizes.long_classes("x.py", source))) == found


@pytest.mark.parametrize(("lines", "found"), [(248, []), (249, ["x.js:3: class Thing"])])
@pytest.mark.parametrize("opening", ["class Thing {", "export class Thing extends HTMLElement {"])
def test_a_class_in_javascript_has_fifty_more(opening: str, lines: int, found: list[str]) -> None:
    source = f"// a thing\n\n{opening}\n" + "  a = 1;\n" * lines + "}\n\nclass Small {\n  a = 1;\n}\n"
    assert [each.split(" has ")[0] for each in sizes.long_element_classes("x.js", source)] == found


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("src/cutwater/kernel/db.py", 200),
        ("src/cutwater/releases/service.py", 400),
        ("src/cutwater/web/static/elements/cw-live.js", 400),
        ("tests/kernel/test_db.py", 800),
        ("tools/sizes.py", 400),
    ],
)
def test_each_kind_of_file_has_its_budget(name: str, limit: int) -> None:
    assert sizes.limit_of(name) == limit


def test_this_repository_is_looked_at() -> None:
    names = [name for name, _ in sizes.files()]
    assert "src/cutwater/kernel/db.py" in names
    assert not any("static/vendor/" in name or "migrations/versions/" in name for name in names)
