"""The pictures of the documents, drawn from the demo: `pytest tests/browser --screenshots`."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.people import OWNER, PILOT
from tests.serving import Cutwater

IMAGES = Path(__file__).parents[2] / "docs" / "images"
MOST_BYTES = 250_000
WIDE = {"viewport": {"width": 1280, "height": 800}}
TALL = {"viewport": {"width": 1280, "height": 1140}}  # down to what runs now
PHONE = {"viewport": {"width": 360, "height": 720}, "device_scale_factor": 2, "has_touch": True}
RUN = "/runs/MIG-1-CUT1"
pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.mark.parametrize(
    ("name", "path", "context"),
    [
        ("home", "/", WIDE),
        ("runsheet-light", RUN, TALL),
        ("runsheet-dark", RUN, WIDE | {"color_scheme": "dark"}),
        ("runsheet-phone", RUN, PHONE),
        ("board", "/releases", {"viewport": {"width": 1600, "height": 800}}),
        ("release-refused", "/releases/R-11", WIDE),
        ("sprint", "/sprints/SPR-3", WIDE),
        ("audit", "/audit?key=R-1", WIDE),
    ],
)
async def test_draw(bank: Cutwater, into: Enter, name: str, path: str, context: dict[str, object]) -> None:
    person = await into(bank, OWNER if name == "audit" else PILOT, reduced_motion="reduce", **context)
    await person.go(f"/o/harbour{path}")
    await person.page.wait_for_load_state("load")
    await expect(person.page.locator("[hx-trigger^=load] > a:only-child")).to_have_count(0)
    await _draw(person.page, name)


async def _draw(page: Page, name: str) -> None:
    path = IMAGES / f"{name}.png"
    await page.evaluate("document.fonts.ready")
    await page.screenshot(path=path, animations="disabled", caret="hide")
    assert path.stat().st_size <= MOST_BYTES
