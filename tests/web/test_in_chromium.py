"""The shell in a real browser: axe, CSP, weight, keyboard, drag, drawer, no JavaScript."""

import asyncio
import gzip
import os
import shutil
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, Page, Route, async_playwright
from starlette.middleware.gzip import GZipMiddleware

from cutwater import web
from cutwater.kernel import http
from tests.web.app import boats

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = os.environ.get("CUTWATER_CHROMIUM") or shutil.which("chromium") or ""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="NO CHROMIUM: the browser tests did not run"),
    pytest.mark.skipif(not AXE.exists(), reason="run `make assets` first"),
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The little app, served as the real one is: security headers and gzip at level 5."""
    app = boats()
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(http.Envelope, secure=False, crashed=web.crashed_page)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    serving.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    serving.join(10)


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    context = await chromium.new_context(viewport={"width": 1280, "height": 900})
    yield await context.new_page()
    await context.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 360)])
async def test_every_component_is_clean_for_axe(
    chromium: Browser, address: str, scheme: str, width: int
) -> None:
    context = await chromium.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,  # type: ignore[arg-type]
        bypass_csp=True,
    )
    page = await context.new_page()
    await page.goto(f"{address}/design")
    await page.evaluate(AXE.read_text())
    found = await page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    await context.close()
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []


async def test_no_page_is_wider_than_a_phone(chromium: Browser, address: str) -> None:
    context = await chromium.new_context(viewport={"width": 360, "height": 780})
    page = await context.new_page()
    for path in ("/design", "/o/bank/boats", "/o/bank/boats/missing", "/hello"):
        await page.goto(address + path)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360, path
    await context.close()


async def test_nothing_breaks_the_content_security_policy(page: Page, address: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if "Security Policy" in said.text else None)
    page.on("pageerror", lambda failure: complaints.append(str(failure)))
    await page.goto(f"{address}/design")
    await page.hover("cw-chart >> nth=0")
    await page.wait_for_selector("cw-chart .vega-embed svg")
    await page.keyboard.press("?")
    await page.wait_for_selector("dialog.keys-dialog[open]")
    assert complaints == []


async def test_the_first_load_weighs_less_than_100_kb(page: Page, address: str) -> None:
    weights: dict[str, int] = {}

    async def weigh(response: object) -> None:
        body = await response.body()  # type: ignore[attr-defined]
        name = response.url.rsplit("/", 1)[-1]  # type: ignore[attr-defined]
        weights[name] = len(body) if name.endswith(".woff2") else len(gzip.compress(body, 5))

    waiting = []
    page.on("response", lambda response: waiting.append(weigh(response)))
    await page.goto(f"{address}/o/bank/boats", wait_until="networkidle")
    for each in waiting:
        await each
    assert sum(weights.values()) < 100_000, weights


async def test_the_palette_goes_by_keyboard_alone(page: Page, address: str) -> None:
    await page.goto(f"{address}/design")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("boat")
    assert await page.get_by_role("option", name="Go to Boats").get_attribute("aria-selected") == "true"
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/o/bank/boats")
    await page.goto(f"{address}/design")
    async with page.expect_navigation(url="**/o/bank/boats"):
        await page.keyboard.press("g")
        await page.keyboard.press("b")


async def late(page: Page, name: str) -> asyncio.Event:
    """Hold back one of the elements until the event is set, as a slow line does."""
    let_through = asyncio.Event()

    async def hold(route: Route) -> None:
        await let_through.wait()
        await route.continue_()

    await page.route(f"**/{name}", hold)
    return let_through


async def test_what_is_typed_while_the_palette_is_fetched_is_typed_into_it(page: Page, address: str) -> None:
    await page.goto(f"{address}/design")
    arrives = await late(page, "cw-palette.js")
    async with page.expect_request("**/cw-palette.js"):
        await page.keyboard.press("Control+k")
    await page.keyboard.type("boar")
    await page.keyboard.press("Backspace")
    await page.keyboard.type("t")
    arrives.set()
    option = page.get_by_role("option", name="Go to Boats")
    await option.wait_for()
    assert await option.get_attribute("aria-selected") == "true"
    assert await page.input_value("cw-palette input") == "boat"


async def test_escape_takes_back_a_palette_that_is_still_being_fetched(page: Page, address: str) -> None:
    await page.goto(f"{address}/design")
    arrives = await late(page, "cw-palette.js")
    async with page.expect_request("**/cw-palette.js"):
        await page.keyboard.press("Control+k")
    await page.keyboard.press("Escape")
    async with page.expect_response("**/cw-palette.js"):
        arrives.set()
    await page.wait_for_function("Boolean(customElements.get('cw-palette'))")
    assert await page.locator("cw-palette dialog[open]").count() == 0


@pytest.mark.parametrize("keys", [("g", "b"), ("Control+k", "b", "o", "a", "t", "Enter")])
async def test_keys_pressed_before_the_elements_are_here_count(
    page: Page, address: str, keys: tuple[str, ...]
) -> None:
    arrives = await late(page, "cw-live.js")
    await page.goto(f"{address}/design", wait_until="commit")
    await page.locator("cw-keys").wait_for(state="attached")
    await page.wait_for_function("'cutwaterKeys' in window")
    for key in keys:
        await page.keyboard.press(key)
    async with page.expect_navigation(url="**/o/bank/boats"):
        arrives.set()


async def test_a_card_dragged_with_the_mouse_goes_back_when_refused(page: Page, address: str) -> None:
    await page.goto(f"{address}/design")
    card = page.locator("#card-light-51")
    await card.scroll_into_view_if_needed()
    box = await card.bounding_box()
    goal = await page.locator('.lane[data-lane="READY_STAGING"]').first.bounding_box()
    assert box
    assert goal
    await page.mouse.move(box["x"] + 150, box["y"] + 12)
    await page.mouse.down()
    await page.mouse.move(goal["x"] + 60, goal["y"] + 60, steps=6)
    assert await page.locator(".drag-ghost").count() == 1
    assert await page.locator('.lane[data-lane="READY_STAGING"]').first.get_attribute("data-drop") == "yes"
    await page.mouse.up()
    await page.wait_for_selector("#card-light-51 .card-refusal")
    assert await card.evaluate("each => each.closest('.lane').dataset.lane") == "IN_DEVELOPMENT"
    assert await page.locator(".drag-ghost").count() == 0


async def test_a_disabled_button_says_why_by_keyboard(page: Page, address: str) -> None:
    await page.goto(f"{address}/design")
    await page.get_by_role("button", name="Ready for staging").first.focus()
    await page.keyboard.press("Enter")
    why = page.locator(".why:popover-open")
    assert "LEDGER-14" in await why.inner_text()
    await page.keyboard.press("Escape")
    assert await why.count() == 0


async def test_a_link_opens_in_the_drawer_with_its_own_address(page: Page, address: str) -> None:
    await page.goto(f"{address}/design")
    await page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('afterbegin',"
        " '<a id=one href=/o/bank/boats data-drawer>Boats</a>')"
    )
    await page.click("#one")
    drawer = page.locator("dialog.drawer[open]")
    await drawer.get_by_role("heading", name="Boats").wait_for()
    assert page.url.endswith("/o/bank/boats")
    await page.keyboard.press("Escape")
    await page.wait_for_url("**/design")
    assert await drawer.count() == 0
    assert await page.evaluate("document.activeElement.id") == "one"


async def test_a_refused_form_keeps_its_place_and_its_words_with_htmx(page: Page, address: str) -> None:
    await page.goto(f"{address}/o/bank/boats")
    await page.evaluate(
        "() => { const form = document.querySelector('#list form');"
        " form.setAttribute('hx-post', form.action);"
        " form.setAttribute('hx-target', '#list'); form.setAttribute('hx-swap', 'outerMorph');"
        " htmx.process(document.body); }"
    )
    await page.fill("#f-name", "Gull")
    await page.fill("#f-masts", "4")
    await page.keyboard.press("Enter")
    await page.get_by_text("The hull is open.").wait_for()
    assert await page.input_value("#f-name") == "Gull"


async def test_the_theme_changes_at_once_and_stays(page: Page, address: str) -> None:
    await page.goto(f"{address}/o/bank/boats")
    await page.get_by_role("button", name="Mara Vogel").click()
    async with page.expect_response("**/preferences"):
        await page.get_by_role("button", name="Dark").click()
    assert await page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    await page.reload()
    assert await page.get_attribute("html", "data-theme") == "dark"


async def test_forms_menus_and_preferences_work_without_javascript(chromium: Browser, address: str) -> None:
    context = await chromium.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{address}/o/bank/boats")
    await page.fill("#f-name", "Gull")
    await page.click("text=Build")
    await page.get_by_text("Gull was built").wait_for()
    await page.get_by_role("button", name="Mara Vogel").click()
    await page.get_by_role("button", name="Dark").click()
    assert await page.get_attribute("html", "data-theme") == "dark"
    await context.close()


async def test_the_menu_of_a_phone_shows_every_place_without_javascript(
    chromium: Browser, address: str
) -> None:
    context = await chromium.new_context(viewport={"width": 360, "height": 780}, java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{address}/o/bank/boats")
    place = page.get_by_role("navigation", name="Main").get_by_role("link", name="Boats")
    assert not await place.is_visible()
    await page.click(".rail-toggle summary")
    await place.click()
    assert page.url.endswith("/o/bank/boats")
    assert await page.locator(".rail").evaluate("each => each.clientHeight") < 100
    await context.close()
