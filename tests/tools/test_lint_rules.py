"""The house rules: each catches what it is for, nothing else, and its way out needs a reason."""

import re
from pathlib import Path

import pytest

from tools import lint_rules

HOST = "py" + "pi.org"


def found(name: str, text: str) -> list[str]:
    """The names of the rules that a file breaks."""
    return [breach.split(": ")[1] for breach in lint_rules.breaches(name, text)]


@pytest.mark.parametrize(
    ("rule", "name", "line"),
    [
        ("commit", "src/cutwater/releases/service.py", "await tx.commit()"),
        ("clock", "src/cutwater/audit/chain/jobs.py", "now = datetime.now(UTC)"),
        ("clock", "src/cutwater/audit/chain/jobs.py", "today = date.today()"),
        ("environ", "src/cutwater/server.py", 'os.environ["HOME"]'),
        ("lock", "src/cutwater/releases/moves/service.py", "select(Release).with_for_update()"),
        ("lock", "src/cutwater/audit/chain/service.py", "select pg_advisory_xact_lock(1)"),
        ("any", "src/cutwater/releases/moves/service.py", "def moved(rows: list[Any]) -> None:"),
        ("inline", "src/cutwater/web/templates/base.html", '<p style="color: red">'),
        ("inline", "src/cutwater/web/templates/base.html", "<script>alert(1)</script>"),
        ("inline", "src/cutwater/web/templates/base.html", '<a onclick="go()">'),
        ("inline", "src/cutwater/web/templates/base.html", '<a hx-on:click="go()">'),
        ("eval", "src/cutwater/web/templates/base.html", "<a hx-vals='js:{a: 1}'>"),
        ("eval", "src/cutwater/web/templates/base.html", '<a hx-trigger="click[ctrlKey]">'),
        ("line", "src/cutwater/web/templates/base.html", f"<p>{'x' * 134}</p>"),
        ("line", "src/cutwater/web/static/css/base.css", "/*" + "x" * 139),
        ("line", "src/cutwater/web/static/elements/core.js", "// " + "x" * 138),
        ("raw-sql", "src/cutwater/sprints/queries.py", 'text(f"select {name}")'),
        ("fetching", "src/cutwater/integrations/jira/client.py", "import httpx"),
        ("address", "requirements.lock", f"# from https://{HOST}/simple"),
    ],
)
def test_each_rule_catches_what_it_is_for(rule: str, name: str, line: str) -> None:
    assert found(name, line) == [rule]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("src/cutwater/kernel/db.py", "await session.commit()"),
        ("src/cutwater/kernel/clock.py", "return datetime.now(UTC)"),
        ("src/cutwater/kernel/settings.py", 'os.environ["HOME"]'),
        ("src/cutwater/web/templates/base.html", '<script type="module" src="/static/a.js"></script>'),
        ("src/cutwater/web/templates/base.html", '<p class="style" data-on="x">one=1</p>'),
        ("src/cutwater/integrations/jira/client.py", "import httpx2"),
        ("src/cutwater/web/templates/base.html", f"<p>{'x' * 133}</p>"),
        ("src/cutwater/web/README.md", "x" * 141),
        ("tests/test_x.py", "await tx.commit()"),
    ],
)
def test_what_is_allowed_is_left_alone(name: str, line: str) -> None:
    assert found(name, line) == []


def test_the_way_out_stands_on_the_line_or_above_it() -> None:
    line = "x = os.environ"
    allowed = "# allow: environ — the child needs it"
    assert found("src/cutwater/server.py", f"{line}  {allowed}") == []
    assert found("src/cutwater/server.py", f"{allowed}\n{line}") == []
    assert found("src/cutwater/server.py", f"{allowed}\n\n{line}") == ["environ"]


def test_a_template_that_needs_a_long_line_says_why() -> None:
    line = "x" * 141
    assert found("src/cutwater/web/templates/base.html", f"{{# allow: line — one address #}}\n{line}") == []
    assert found("src/cutwater/web/templates/base.html", f"{{# allow: line #}}\n{line}") == ["line"]


def test_the_way_out_needs_a_reason_and_the_right_rule() -> None:
    assert found("src/cutwater/server.py", "x = os.environ  # allow: environ — ") == ["environ"]
    assert found("src/cutwater/server.py", "x = os.environ  # allow: clock — because") == ["environ"]


def test_every_rule_is_named_once_and_says_what_to_do() -> None:
    names = [rule.name for rule in lint_rules.RULES]
    assert len(names) == len(set(names))
    assert all(rule.say for rule in lint_rules.RULES)


def test_the_rules_do_not_break_themselves() -> None:
    source = Path(lint_rules.__file__).read_text(encoding="utf-8")
    assert found("tools/lint_rules.py", source) == []
    assert not re.search(HOST, source)
