"""Make src/cutwater/web/static/vendor: htmx from node_modules, the font cut to our characters, the icons in
use as one sprite, and the Vega bundle for charts."""

import hashlib
import json
import re
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import vl_convert

import fonts

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
SOURCE = ROOT / "src" / "cutwater"
VENDOR = SOURCE / "web" / "static" / "vendor"
COPIES = {
    "htmx.org/dist/htmx.min.js": "htmx.js",
    "inter-ui/LICENSE.txt": "inter-LICENSE.txt",
    "htmx.org/LICENSE": "htmx-LICENSE.txt",
}
FONT = MODULES / "inter-ui" / "variable" / "InterVariable.woff2"
FACES = SOURCE / "web" / "static" / "css" / "tokens.css"
_WORD = re.compile(r"[\"']([a-z][a-z0-9]*(?:-[a-z0-9]+)*)[\"']")
_SPEAKS_OF_ICONS = re.compile(r"icon|ui\.|badge\(|Look\(|NavItem\(|Command\(", re.IGNORECASE)
_TABLES = ("shell.py", "preferences.html")


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
    for pattern in ("**/templates/**/*.html", "web/static/elements/*.js", "*/static/*.js", "**/*.py"):
        yield from sorted(SOURCE.glob(pattern))


def cut_fonts() -> None:
    """The font files that the stylesheet names, unless they are there and made from the same."""
    css = FACES.read_text(encoding="utf-8")
    wanted = list(fonts.faces(css))
    origin = hashlib.sha256(FONT.read_bytes() + Path(fonts.__file__).read_bytes() + repr(wanted).encode())
    if all((VENDOR / name).exists() for name, _, _ in wanted) and is_current("inter", origin.hexdigest()):
        return
    for old in VENDOR.glob("inter*.woff2"):
        old.unlink()
    for name, characters, weights in wanted:
        (VENDOR / name).write_bytes(fonts.cut(FONT, characters, weights))
    (VENDOR / "inter.version").write_text(origin.hexdigest())


def is_current(name: str, version: str) -> bool:
    """Whether a file of this folder was made from this version."""
    stamp = VENDOR / f"{name}.version"
    return stamp.exists() and stamp.read_text() == version


def main() -> int:
    """Make the vendor folder anew."""
    if not MODULES.is_dir():
        print("assets: no node_modules here; run `make assets`", file=sys.stderr)
        return 1
    VENDOR.mkdir(parents=True, exist_ok=True)
    for source, target in COPIES.items():
        shutil.copyfile(MODULES / source, VENDOR / target)
    cut_fonts()
    icons = lucide()
    names = icons_in_use(set(icons))
    (VENDOR / "icons.svg").write_text(sprite(icons, names), encoding="utf-8")
    vega = VENDOR / "vega.js"
    current = version("vl-convert-python")
    if not vega.exists() or not is_current("vega", current):
        vega.write_text(vl_convert.javascript_bundle(), encoding="utf-8")
        (VENDOR / "vega.version").write_text(current)
    size = sum(path.stat().st_size for path in VENDOR.iterdir())
    print(f"assets: {len(names)} icons, {size // 1024} kB in {VENDOR.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
