"""Refuse files whose names say nothing: a feature has the same file names as every other feature.

A module holds its face, `shell.py`, `core/` (pure, names of its own), `static/` and features. A feature holds
the names below, each as a file or as a package split by noun. An adapter holds `client`, `mapping`, `webhook`
and `jobs`.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "cutwater"
FREE = {"web", "kernel", "schema", "demo"}
"""The shell, the kernel, the schema and the demo are no domains and lay themselves out."""
IN_MODULE = {"__init__.py", "README.md", "shell.py", "core", "static"}
IN_FEATURE = {
    "models",
    "events",
    "permissions",
    "ports",
    "queries",
    "service",
    "views",
    "schemas",
    "forms",
    "api",
    "pages",
    "jobs",
}
IN_ADAPTER = {"client", "mapping", "webhook", "jobs"}
FACE = 12
"""How many names a module's face may have."""


def entries(folder: Path) -> Iterator[Path]:
    """What lies in a folder and is ours."""
    for path in sorted(folder.iterdir()):
        if path.name != "__pycache__" and not path.name.startswith("."):
            yield path


def strangers(folder: Path, names: set[str], beside: set[str]) -> Iterator[str]:
    """Files and folders of a feature or an adapter that have another name than its kind allows."""
    for path in entries(folder):
        if path.name not in beside and path.stem not in names:
            yield f"{path.relative_to(SOURCE)}: unknown name; a feature holds {', '.join(sorted(names))}"


def in_module(module: Path) -> Iterator[str]:
    """What is misplaced in one module: files at its root, and strangers in its features."""
    for path in entries(module):
        if path.name in IN_MODULE:
            continue
        if path.is_file():
            yield f"{path.relative_to(SOURCE)}: belongs into a feature or into core/"
        else:
            yield from strangers(path, IN_FEATURE, {"__init__.py", "templates"})


def faults_of_face(module: Path) -> Iterator[str]:
    """A face that offers more than others can keep in mind, or a name that a file of the module has."""
    text = (module / "__init__.py").read_text(encoding="utf-8")
    _, _, listed = text.partition("__all__ = [")
    names = [line.strip() for line in listed.split("]")[0].split(",") if line.strip()]
    if len(names) > FACE:
        yield f"{module.name}/__init__.py: {len(names)} names in the face, at most {FACE}"
    hidden = {path.stem for path in entries(module)} & {name.strip('"') for name in names}
    for name in sorted(hidden):
        yield f"{module.name}/__init__.py: {name} is a file too: the first import decides which is meant"


def findings() -> Iterator[str]:
    """Everything that is not where it belongs."""
    for module in entries(SOURCE):
        if not module.is_dir() or module.name in FREE:
            continue
        if module.name == "integrations":
            for vendor in entries(module):
                if vendor.is_dir():
                    yield from strangers(vendor, IN_ADAPTER, {"__init__.py", "README.md"})
        else:
            yield from in_module(module)
            yield from faults_of_face(module)


def main() -> int:
    """Print every finding."""
    found = list(findings())
    print("\n".join(found) or "tree: every file has a name that says what it holds")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
