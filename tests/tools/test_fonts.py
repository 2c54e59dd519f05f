"""The font we cut ourselves: it holds every letter that our pages write, and figures of one width."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from tools import fonts

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "src" / "cutwater" / "web" / "static"
FACES = {name: characters for name, characters, _ in fonts.faces((STATIC / "css" / "tokens.css").read_text())}
pytestmark = pytest.mark.skipif(
    not (STATIC / "vendor" / "inter.woff2").exists(), reason="no assets; make assets"
)


def letters_of(name: str) -> set[int]:
    """What a cut file can draw."""
    return set(TTFont(STATIC / "vendor" / name).getBestCmap())


def written() -> Iterator[Path]:
    """The files whose words people read."""
    for pattern in ("**/templates/**/*.html", "web/static/elements/*.js", "*/static/*.js", "**/*.py"):
        yield from (ROOT / "src" / "cutwater").glob(pattern)


def test_every_character_that_our_pages_write_is_drawn_in_the_first_font() -> None:
    """Tables in a terminal (box drawing) and test names in other scripts are not pages."""
    text = "".join(path.read_text(encoding="utf-8") for path in written())
    shown = {
        each for each in text if each.isprintable() and not re.match(r"[\u2500-\u257f\u4e00-\u9fff]", each)
    }
    assert {each for each in shown if ord(each) not in letters_of("inter.woff2")} == set()


@pytest.mark.parametrize(
    "name",
    ["Łukasz Żółć-Świątek", "Jiří Dvořák Ľubomír", "Çağrı Şahin İĞ", "Ștefan Țîrlea", "Æsa Þórðardóttir"],
)
def test_a_european_name_needs_no_second_file(name: str) -> None:
    assert {ord(each) for each in name} <= letters_of("inter.woff2")


@pytest.mark.parametrize("name", ["Nguyễn Thị Hạnh", "Олена Шевченко", "Ελένη Παππά"])
def test_other_alphabets_come_from_the_second_file(name: str) -> None:
    needed = {ord(each) for each in name} - letters_of("inter.woff2")
    assert needed
    assert needed <= FACES["inter-more.woff2"]
    assert needed <= letters_of("inter-more.woff2")


def test_the_files_share_no_character_so_that_one_never_loads_for_the_other() -> None:
    first, second = FACES.values()
    assert not first & second


def test_figures_can_have_one_width_and_weights_stay_variable() -> None:
    font = TTFont(STATIC / "vendor" / "inter.woff2")
    assert {"tnum", "case", "kern"} <= {
        each.FeatureTag for table in ("GSUB", "GPOS") for each in font[table].table.FeatureList.FeatureRecord
    }
    assert [(each.axisTag, each.minValue, each.maxValue) for each in font["fvar"].axes] == [
        ("wght", 400, 700)
    ]
