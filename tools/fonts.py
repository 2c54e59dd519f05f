"""Cut Inter to what our pages show: each @font-face of tokens.css names a file and the characters in it."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

FACE = re.compile(r"@font-face \{[^}]*url\(\.\./vendor/(?P<file>[\w-]+\.woff2)\)(?P<rest>[^}]*)\}")
RANGE = re.compile(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?")
WEIGHTS = re.compile(r"font-weight: (\d+) (\d+);")
# figures of one width, capitals' punctuation, our letter shapes, spelling; no ligature turns -> into an arrow
FEATURES = ("kern", "mark", "mkmk", "ccmp", "locl", "case", "tnum", "cv05", "cv08", "ss03")
OPTICAL_SIZE = 14  # the text cut; our largest heading is no poster


def faces(css: str) -> Iterator[tuple[str, set[int], tuple[int, int]]]:
    """Each file that the stylesheet names, with its characters and its weights."""
    for face in FACE.finditer(css):
        weights = WEIGHTS.search(face["rest"])
        if weights is None:
            raise ValueError(f"{face['file']}: its @font-face says no range of weights")
        characters: set[int] = set()
        for first, last in RANGE.findall(face["rest"]):
            characters.update(range(int(first, 16), int(last or first, 16) + 1))
        yield face["file"], characters, (int(weights[1]), int(weights[2]))


def cut(source: Path, characters: set[int], weights: tuple[int, int]) -> bytes:
    """The part of a variable font that has these characters and weights, as woff2."""
    font = TTFont(source)
    options = subset.Options(layout_features=list(FEATURES), hinting=False, notdef_outline=True)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    instancer.instantiateVariableFont(font, {"opsz": OPTICAL_SIZE, "wght": weights}, inplace=True)
    font.flavor = "woff2"
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()
