"""Refuse functions, classes and files that have grown too long. There are no exceptions: split by noun.

Function ≤ 40 lines (from `def` to its last line, decorators and docstring left out); file ≤ 400; a test file
≤ 800; a kernel file ≤ 200; an element, template or style sheet ≤ 400; a class ≤ 200, in JavaScript ≤ 250, and
in tests as it likes. Migrations are history and not counted.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FUNCTION, FILE, TEST_FILE, KERNEL_FILE = 40, 400, 800, 200
CLASS, ELEMENT_CLASS = 200, 250
FOLDERS = ("src", "tests", "tools", "bench")
SUFFIXES = {".py", ".js", ".css", ".html"}
EXEMPT = ("src/cutwater/schema/versions/", "src/cutwater/web/static/vendor/", "tests/data/")


def files() -> Iterator[tuple[str, Path]]:
    """Every counted file with its path from the root."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if path.suffix in SUFFIXES and "__pycache__" not in name and not name.startswith(EXEMPT):
                yield name, path


def limit_of(name: str) -> int:
    """How many lines this file may have."""
    if name.startswith("tests/"):
        return TEST_FILE
    return KERNEL_FILE if name.startswith("src/cutwater/kernel/") else FILE


def length(block: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> int:
    """Lines of a function or class without its docstring, what is defined inside counted with it."""
    total = (block.end_lineno or block.lineno) - block.lineno + 1
    first = block.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        total -= (first.end_lineno or first.lineno) - first.lineno + 1
    return total


def long_functions(name: str, source: str) -> Iterator[str]:
    """One line for every function above the budget."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and length(node) > FUNCTION:
            yield f"{name}:{node.lineno}: {node.name} has {length(node)} lines, the budget is {FUNCTION}"


def long_classes(name: str, source: str) -> Iterator[str]:
    """One line for every class above the budget."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and length(node) > CLASS:
            yield f"{name}:{node.lineno}: class {node.name} has {length(node)} lines, the budget is {CLASS}"


def long_element_classes(name: str, source: str) -> Iterator[str]:
    """The same for JavaScript, whose formatter closes a class by a brace below its first letter."""
    for found in re.finditer(r"^(?:export )?class (\w+)[^\n]*\{\n.*?^\}", source, re.MULTILINE | re.DOTALL):
        lines = found[0].count("\n") + 1
        if lines > ELEMENT_CLASS:
            at = source.count("\n", 0, found.start()) + 1
            yield f"{name}:{at}: class {found[1]} has {lines} lines, the budget is {ELEMENT_CLASS}"


def findings() -> Iterator[str]:
    """Everything above its budget."""
    for name, path in files():
        source = path.read_text(encoding="utf-8")
        lines = source.count("\n")
        if lines > limit_of(name):
            yield f"{name}: {lines} lines, the budget is {limit_of(name)}"
        if path.suffix == ".py":
            yield from long_functions(name, source)
        if path.suffix == ".py" and not name.startswith("tests/"):
            yield from long_classes(name, source)
        if path.suffix == ".js" and not name.startswith("tests/"):
            yield from long_element_classes(name, source)


def main() -> int:
    """Print what is too long."""
    found = list(findings())
    print("\n".join(found) or "sizes: every function, class and file within its budget")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
