"""Write docs/reference from the code; with --check name the pages out of date and the links that are dead."""

import difflib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import reference

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")


def outdated() -> Iterator[str]:
    """The difference of each generated page from what the code says now."""
    for name, make in reference.PAGES.items():
        path = DOCS / "reference" / name
        was = path.read_text(encoding="utf-8") if path.exists() else ""
        now = make()
        if was != now:
            lines = difflib.unified_diff(
                was.splitlines(), now.splitlines(), f"docs/reference/{name}", "code", n=0
            )
            yield "\n".join([line.rstrip()[:160] for line in lines][:12]) or name


def dead_links() -> Iterator[str]:
    """Links between the documents, and from them into the repository, that lead nowhere."""
    pages = [
        *sorted(ROOT.glob("*.md")),
        *sorted(DOCS.rglob("*.md")),
        *sorted((ROOT / "src").rglob("README.md")),
    ]
    for page in pages:
        for target in LINK.findall(page.read_text(encoding="utf-8")):
            if (
                "://" not in target
                and not target.startswith("mailto:")
                and not (page.parent / target).exists()
            ):
                yield f"{page.relative_to(ROOT)}: {target} does not exist"


def check() -> int:
    """Say what is out of date."""
    found = list(outdated())
    dead = list(dead_links())
    print("\n".join([*found, *dead]) or "docs: generated pages up to date, no dead link")
    if found:
        print("docs: run `make docs`")
    return 1 if found or dead else 0


def main() -> int:
    """Write the pages, or check them."""
    if "--check" in sys.argv:
        return check()
    for name, make in reference.PAGES.items():
        path = DOCS / "reference" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(make(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
