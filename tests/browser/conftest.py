"""Chromium, an empty Cutwater and the demo; each is started once per test process, when first needed."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser.people import Person, enter
from tests.serving import Cutwater, ended_afterwards, scratch

CHROMIUM = os.environ.get("CUTWATER_CHROMIUM") or shutil.which("chromium") or ""
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
# no phoning home: where the network is closed, each look-up is refused, and that is slow
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
Enter = Callable[..., Awaitable[Person]]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest tests/browser --screenshots` draws the pictures of the documents again."""
    parser.addoption("--screenshots", action="store_true", help="draw docs/images again, and test nothing")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Pictures only when asked for; and then nothing else."""
    drawing = bool(config.getoption("--screenshots", default=False))
    here = Path(__file__).parent
    left_out = [
        item
        for item in items
        if item.path.parent == here and (item.path.stem == "test_screenshots") != drawing
    ]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    if not CHROMIUM:
        if os.environ.get("CI"):
            pytest.fail("NO CHROMIUM: the browser tests cannot run, and CI must run them")
        pytest.skip("NO CHROMIUM: the browser tests did not run")
    if not AXE.exists():
        pytest.fail("axe is missing: run `make assets` first")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        await browser.close()


@contextmanager
def running(command: str) -> Iterator[Cutwater]:
    """A real server on a new data folder until the block ends; a crash inside it is no success."""
    folder = scratch("cutwater-browser-")
    served = Cutwater(folder)
    with ended_afterwards(served):
        yield served.start(command)
    shutil.rmtree(folder, ignore_errors=True)
    crash = served.said.find("Traceback")
    assert crash < 0, served.said[max(0, crash - 1500) : crash + 6000]
    served.log.unlink()


@pytest.fixture(scope="session")
def empty() -> Iterator[Cutwater]:
    """Cutwater as it is on the first day: nobody, nothing."""
    with running("serve") as served:
        yield served


@pytest.fixture(scope="session")
def bank() -> Iterator[Cutwater]:
    """The demo organization."""
    with running("demo") as served:
        yield served


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    return AXE.read_text()


@pytest.fixture
async def into(chromium: Browser) -> AsyncIterator[Enter]:
    """Open a browser of one's own, and afterwards see that nobody's console complained."""
    people: list[Person] = []

    async def open_one(served: Cutwater, login: str = "", **context: object) -> Person:
        person = await enter(chromium, served, login, **context)
        people.append(person)
        return person

    yield open_one
    for person in people:
        await person.context.close()
    assert [complaint for person in people for complaint in person.complaints] == []
