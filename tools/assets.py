"""Copy what the pages use from node_modules into src/cutwater/web/static/vendor: htmx, the font, the icons in
use as one sprite, and the Vega bundle for charts."""

import json
import re
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import vl_convert

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
SOURCE = ROOT / "src" / "cutwater"
VENDOR = SOURCE / "web" / "static" / "vendor"
COPIES = {
    "htmx.org/dist/htmx.min.js": "htmx.js",
    "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2": "inter-latin.woff2",
    "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2": "inter-latin-ext.woff2",
    "@fontsource-variable/inter/LICENSE": "inter-LICENSE.txt",
    "htmx.org/LICENSE": "htmx-LICENSE.txt",
}
_WORD = re.compile(r"[\"']([a-z][a-z0-9]*(?:-[a-z0-9]+)*)[\"']")
_SPEAKS_OF_ICONS = re.compile(r"icon|ui\.|Look\(|NavItem\(|Command\(", re.IGNORECASE)
_TABLES = ("statuses.py", "preferences.html")


def icons_in_use(known: set[str]) -> set[str]:
    """Every quoted word that names one, in routes and on lines that speak of icons; a name too many costs 100
    bytes, one too few shows as a hole."""
    found: set[str] = set()
    for path in _sources():
        for line in path.read_text(encoding="utf-8").splitlines():
            if path.name in _TABLES or "pages" in path.as_posix() or _SPEAKS_OF_ICONS.search(line):
                found |= set(_WORD.findall(line)) & known
    return found


def sprite(icons: dict[str, dict[str, str]], names: set[str]) -> str:
    """The icons as symbols of one SVG."""
    symbols = (
        f'<symbol id="{name}" viewBox="0 0 24 24">{icons[name]["body"]}</symbol>' for name in sorted(names)
    )
    return '<svg xmlns="http://www.w3.org/2000/svg">' + "".join(symbols) + "</svg>\n"


def lucide() -> dict[str, dict[str, str]]:
    """All icons by name, aliases included, without their fixed stroke so that CSS decides."""
    data = json.loads((MODULES / "@iconify-json/lucide/icons.json").read_text(encoding="utf-8"))
    icons: dict[str, dict[str, str]] = data["icons"]
    for name, alias in data.get("aliases", {}).items():
        if alias["parent"] in icons and set(alias) == {"parent"}:
            icons[name] = icons[alias["parent"]]
    fixed = re.compile(r' (?:fill="none"|stroke="currentColor"|stroke-(?:width|linecap|linejoin)="[^"]*")')
    return {name: {"body": fixed.sub("", icon["body"])} for name, icon in icons.items()}


def _sources() -> Iterator[Path]:
    for pattern in ("**/templates/**/*.html", "web/static/elements/*.js", "**/*.py"):
        yield from sorted(SOURCE.glob(pattern))


def main() -> int:
    """Make the vendor folder anew."""
    if not MODULES.is_dir():
        print("assets: no node_modules here; run `make assets`", file=sys.stderr)
        return 1
    VENDOR.mkdir(parents=True, exist_ok=True)
    for source, target in COPIES.items():
        shutil.copyfile(MODULES / source, VENDOR / target)
    icons = lucide()
    names = icons_in_use(set(icons))
    (VENDOR / "icons.svg").write_text(sprite(icons, names), encoding="utf-8")
    vega = VENDOR / "vega.js"
    current = version("vl-convert-python")
    stamp = VENDOR / "vega.version"
    if not vega.exists() or not stamp.exists() or stamp.read_text() != current:
        vega.write_text(vl_convert.javascript_bundle(), encoding="utf-8")
        stamp.write_text(current)
    size = sum(path.stat().st_size for path in VENDOR.iterdir())
    print(f"assets: {len(names)} icons, {size // 1024} kB in {VENDOR.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
