"""House rules that a line of text can break, each with a greppable way out: `allow: <rule> — reason`.

The way out stands in a comment on the same line or on the line above. Without a reason it does not count.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A pattern that must not occur in the files that `where` names, other than in `home`."""

    name: str
    pattern: re.Pattern[str]
    where: tuple[str, ...]
    home: tuple[str, ...] = ()
    say: str


RULES = (
    Rule(
        name="commit",
        pattern=re.compile(r"\.commit\("),
        where=("src/*.py",),
        home=("src/cutwater/kernel/db.py", "src/cutwater/schema/*"),
        say="nobody commits: the transaction ends in kernel/db.py; flush() when an id is needed",
    ),
    Rule(
        name="clock",
        pattern=re.compile(r"\bdatetime\.(now|utcnow|today)\(|\bdate\.today\(|\btime\.time\("),
        where=("src/*.py",),
        home=("src/cutwater/kernel/clock.py",),
        say="ask kernel.clock for the time, so that a test can set it",
    ),
    Rule(
        name="environ",
        pattern=re.compile(r"\bos\.(environ|getenv)\b"),
        where=("src/*.py", "tools/*.py"),
        home=("src/cutwater/kernel/settings.py",),
        say="settings are read in kernel/settings.py only",
    ),
    Rule(
        name="lock",
        pattern=re.compile(r"for_update|pg_(try_)?advisory"),
        where=("src/*.py",),
        home=("src/cutwater/kernel/keyed.py", "src/cutwater/schema/*"),
        say="rows are held by kernel/keyed.py only: held, held_if, held_all, claimed, one_at_a_time",
    ),
    Rule(
        name="any",
        pattern=re.compile(r"^(?!\s*(from|import)\b)(?!\s*Any,$).*\bAny\b(?!\w*[\"'])"),
        where=("src/*.py",),
        say="say the type; where nobody can, say why nobody can",
    ),
    Rule(
        name="inline",
        pattern=re.compile(r"<style\b|<script(?![^>]*\bsrc=)[^>]*>|\sstyle=|\son[a-z]+=|\bhx-on|javascript:"),
        where=("src/*.html",),
        say="the content security policy forbids inline styles, scripts and handlers",
    ),
    Rule(
        name="eval",
        pattern=re.compile(r"hx-vals=[\"']js:|hx-trigger=[\"'][^\"']*\["),
        where=("src/*.html",),
        say="trigger filters and js: values need eval, which the content security policy forbids",
    ),
    Rule(
        name="line",
        pattern=re.compile(r"^.{141}"),
        where=("src/*.html", "src/*.css", "src/*.js"),
        say="more than 140 characters: break it where a reader would pause",
    ),
    Rule(
        name="raw-sql",
        pattern=re.compile(r"\btext\(\s*f[\"']"),
        where=("src/*.py",),
        home=("src/cutwater/schema/*",),
        say="SQL is never put together from strings: use bound parameters",
    ),
    Rule(
        name="fetching",
        pattern=re.compile(r"^\s*(import|from) (httpx|requests|aiohttp)\b"),
        where=("src/*.py",),
        say="HTTP goes out by httpx2 in an integration's client",
    ),
    Rule(
        name="address",
        # The names are put together here so that this file does not hold what it looks for.
        pattern=re.compile(
            "|".join(["py" + r"pi\.org", "python" + r"hosted\.org", "npm" + r"js\.(org|com)"])
        ),
        where=("*",),
        say="no registry is named in the repository: it is the machine's to choose",
    ),
)


def committed() -> list[str]:
    """Every file that is, or is about to be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return sorted(set(listed.stdout.splitlines()))


def excused(rule: Rule, lines: list[str], number: int) -> bool:
    """Whether the line or the one above carries the way out, with a reason."""
    way_out = re.compile(rf"allow: {rule.name} — \S")
    return any(way_out.search(lines[index]) for index in (number, number - 1) if index >= 0)


def breaches(name: str, text: str) -> Iterator[str]:
    """Each line of one file that breaks a rule."""
    rules = [rule for rule in RULES if any(fnmatch(name, where) for where in rule.where)]
    rules = [rule for rule in rules if not any(fnmatch(name, home) for home in rule.home)]
    lines = text.splitlines()
    for number, line in enumerate(lines):
        for rule in rules:
            if rule.pattern.search(line) and not excused(rule, lines, number):
                yield f"{name}:{number + 1}: {rule.name}: {rule.say}"


def main() -> int:
    """Print every breach."""
    found: list[str] = []
    for name in committed():
        path = ROOT / name
        if path.is_file() and not path.is_symlink():
            try:
                found += breaches(name, path.read_text(encoding="utf-8"))
            except UnicodeDecodeError:
                continue
    print("\n".join(found) or "rules: all house rules kept")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
