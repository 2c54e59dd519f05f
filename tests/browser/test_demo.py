"""The demo bank as its people see it: each role, keyboard, phone, dark, without JavaScript, for everybody."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Enter
from tests.browser.people import MEMBER, OWNER, PILOT, VIEWER, Person
from tests.serving import Cutwater

HOME = "/o/harbour"
RUN = f"{HOME}/runs/MIG-1-CUT1"
MAIN_PAGES = (
    "/",
    "/activity",
    "/runs",
    "/runs/MIG-1-CUT1",
    "/runs/MIG-1-CUT1/steps/DUM-0426",
    "/migrations/MIG-1",
    "/runbooks/RB-1",
    "/runbooks/import",
    "/releases",
    "/releases/list",
    "/releases/blocked",
    "/releases/R-10",
    "/releases/R-10/explain",
    "/releases/new",
    "/services",
    "/sprints",
    "/sprints/SPR-3",
    "/issues",
    "/issues/HB-24",
    "/sprints/import",
    "/audit",
    "/inbox",
    "/search?q=ledger",
    "/settings",
    "/settings/people",
    "/settings/teams",
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


async def test_the_owner_may_everything(bank: Cutwater, into: Enter) -> None:
    olga = await into(bank, OWNER)
    await olga.go(f"{HOME}/settings/people")
    await expect(olga.page.get_by_role("button", name="Send the invitation")).to_be_enabled()
    await olga.go(f"{HOME}/audit")
    await olga.follow("Verify")
    await expect(olga.page.locator("#verdict")).to_contain_text("Intact")
    await olga.go(RUN)
    await expect(olga.page.get_by_role("button", name="Pause")).to_be_visible()


async def test_the_pilot_runs_the_run_but_invites_nobody(bank: Cutwater, into: Enter) -> None:
    priya = await into(bank, PILOT)
    await priya.go(RUN)
    for verb in ("Pause", "Abort"):
        await expect(priya.page.get_by_role("button", name=verb, exact=True)).to_be_enabled()
    complete = priya.page.get_by_role("button", name="Complete", exact=True)
    await expect(complete).to_have_attribute("aria-disabled", "true")
    await complete.click(force=True)  # Playwright waits for what is aria-disabled to be enabled
    why = priya.page.locator(".why:popover-open")
    await expect(why).to_contain_text(re.compile(r"\d+ steps"))
    await priya.go(f"{HOME}/settings/people")
    await _says_why(priya, "Invite somebody", "admins and owners")


async def test_a_member_moves_releases_and_own_steps_but_does_not_pilot(bank: Cutwater, into: Enter) -> None:
    jonas = await into(bank, MEMBER)
    await jonas.go(f"{HOME}/releases/R-14")
    await expect(jonas.page.get_by_role("button", name="Move to In review")).to_be_enabled()
    await expect(jonas.page.get_by_role("button", name="Force")).to_have_count(0)
    await jonas.go(RUN)
    await _says_why(jonas, "Pause", "managers")
    foreign = jonas.page.locator('tr[data-status="IN_PROGRESS"] [data-verb]')
    await expect(foreign).to_have_count(0)
    assert (await jonas.page.goto(bank.at(f"{HOME}/audit"))).status == 403  # type: ignore[union-attr]


async def test_a_viewer_reads_and_is_offered_nothing(bank: Cutwater, into: Enter) -> None:
    vera = await into(bank, VIEWER)
    await vera.go(f"{HOME}/releases/R-14")
    await expect(vera.page.get_by_role("button", name=re.compile("^(Add|Comment|Ask|Block)$"))).to_have_count(
        0
    )
    await _says_why(vera, "Move to In review", "members")
    await vera.go(RUN)
    await expect(vera.page.locator("tr[data-step] [data-verb]")).to_have_count(0)
    await vera.go(f"{HOME}/releases")
    await expect(vera.page.get_by_role("button", name="Move to…")).to_have_count(0)


async def _says_why(person: Person, label: str, who: str) -> None:
    """The button is there, cannot be pressed, and says who could."""
    button = person.page.get_by_role("button", name=label, exact=True).first
    await expect(button).to_have_attribute("aria-disabled", "true")
    await button.click(force=True)
    await expect(person.page.locator(".why:popover-open")).to_contain_text(who)


async def test_a_card_is_moved_by_mouse_and_back_by_keyboard(bank: Cutwater, into: Enter) -> None:
    priya = await into(bank, PILOT, viewport={"width": 1600, "height": 900})
    await priya.go(f"{HOME}/releases")
    card = priya.page.locator("#card-R-15")
    await _drag(priya.page, card, priya.page.locator('.lane[data-lane="IN_DEVELOPMENT"]'))
    await expect(priya.page.locator('.lane[data-lane="IN_DEVELOPMENT"] #card-R-15')).to_be_visible()
    async with priya.page.expect_response("**/releases/R-14/move") as answered:
        await priya.page.locator("#card-R-14").focus()
        await priya.page.keyboard.press("Shift+ArrowRight")
    assert (await answered.value).ok
    await priya.page.reload()
    await expect(priya.page.locator('.lane[data-lane="IN_DEVELOPMENT"] #card-R-15')).to_be_visible()
    await expect(priya.page.locator('.lane[data-lane="IN_REVIEW"] #card-R-14')).to_be_visible()


async def test_a_card_that_may_not_move_goes_back_and_says_why(bank: Cutwater, into: Enter) -> None:
    priya = await into(bank, PILOT, viewport={"width": 1600, "height": 900})
    await priya.go(f"{HOME}/releases")
    card = priya.page.locator("#card-R-11")
    await _drag(priya.page, card, priya.page.locator('.lane[data-lane="READY_STAGING"]'))
    await expect(priya.page.locator("#card-R-11 .card-refusal")).to_contain_text(re.compile("merged or done"))
    await expect(priya.page.locator('.lane[data-lane="IN_REVIEW"] #card-R-11')).to_be_visible()


async def _drag(page: Page, card: Locator, lane: Locator) -> None:
    await card.scroll_into_view_if_needed()
    held, goal = await card.bounding_box(), await lane.bounding_box()
    assert held
    assert goal
    await page.mouse.move(held["x"] + held["width"] / 2, held["y"] + 14)
    await page.mouse.down()
    await page.mouse.move(goal["x"] + 60, goal["y"] + 60, steps=6)
    await page.mouse.up()


async def test_the_palette_finds_a_release_and_goes_there(bank: Cutwater, into: Enter) -> None:
    priya = await into(bank, PILOT)
    await priya.go(f"{HOME}/")
    await priya.page.keyboard.press("Control+k")
    await expect(priya.page.get_by_role("combobox")).to_be_focused()
    await priya.page.keyboard.type("cards on the new")
    await expect(priya.page.get_by_role("option", name=re.compile("Cards on the new core"))).to_be_visible()
    await priya.page.keyboard.press("Enter")
    await priya.page.wait_for_url("**/releases/R-10")


async def test_home_says_where_the_run_is_and_follows_it(bank: Cutwater, into: Enter) -> None:
    olga, priya = await into(bank, OWNER), await into(bank, PILOT)
    await olga.go(f"{HOME}/")
    run = olga.page.locator(".run-now")
    await expect(run).to_contain_text("MIG-1-CUT1")
    before = await run.locator("progress").get_attribute("value")
    await priya.go(RUN)
    await priya.page.locator('tr[data-status="IN_PROGRESS"] [data-verb="finish"]').first.click()
    await expect(run.locator("progress")).to_have_attribute(
        "value", str(int(before or 0) + 1), timeout=15_000
    )


async def test_other_modules_panels_stay_when_the_page_around_them_changes(
    bank: Cutwater, into: Enter
) -> None:
    olga = await into(bank, OWNER)
    await olga.go(f"{HOME}/releases/R-10")
    issues = olga.page.get_by_label("Issues and sprint")
    await expect(issues).to_contain_text("HB-24")
    async with olga.page.expect_response("**/sprints/panel?*") as asked_anew:
        await olga.page.evaluate(
            "document.querySelector('#release-body').dispatchEvent(new Event('cw:changed'))"
        )
    assert (await asked_anew.value).ok
    await expect(issues).to_contain_text("HB-24")


async def test_a_list_is_walked_and_opened_by_keyboard(bank: Cutwater, into: Enter) -> None:
    vera = await into(bank, VIEWER)
    page = vera.page
    await vera.go(f"{HOME}/releases/list?sort=key")
    for key, release in (("j", "R-1"), ("j", "R-2"), ("k", "R-1")):
        await page.keyboard.press(key)
        await expect(page.locator("tbody a:focus")).to_have_text(release)
    await page.keyboard.press("Enter")
    await expect(page.locator("dialog.drawer[open]")).to_contain_text("Ledger posts both cores")
    await page.keyboard.press("Escape")
    await expect(page.locator("tbody a:focus")).to_have_text("R-1")


async def test_a_run_is_worked_by_keyboard_alone(bank: Cutwater, into: Enter) -> None:
    priya = await into(bank, PILOT)
    page = priya.page
    await priya.go(RUN)
    await expect(page.locator("cw-runsheet .fold").first).to_be_visible()
    await page.keyboard.press("n")
    row = page.locator("tr[data-step]:focus")
    code = await row.get_attribute("data-code")
    there = page.locator(f'tr[data-code="{code}"]')
    await expect(there).to_have_attribute("data-status", "READY")
    for key, path, status in ((" ", "start", "IN_PROGRESS"), (" ", "finish", "COMPLETED")):
        async with page.expect_response(f"**/steps/{code}/{path}") as answered:
            await page.keyboard.press(key)
        assert (await answered.value).ok, path
        await expect(there).to_have_attribute("data-status", status)
    await page.keyboard.press("j")
    await expect(page.locator("tr[data-step]:focus")).not_to_have_attribute("data-code", code or "")
    await page.keyboard.press("Enter")
    await expect(page.locator("dialog.drawer[open]")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog.drawer[open]")).to_have_count(0)


async def test_a_step_is_moved_in_its_drawer_and_the_runsheet_stays_under_it(
    bank: Cutwater, into: Enter
) -> None:
    priya = await into(bank, PILOT)
    page = priya.page
    await priya.go(RUN)
    code = await page.locator('tr[data-status="IN_PROGRESS"]').first.get_attribute("data-code") or ""
    row, drawer = page.locator(f'tr[data-code="{code}"]'), page.locator("dialog.drawer[open]")
    await row.get_by_role("link", name=code).click()
    await drawer.locator("summary", has_text="Hold").click()
    await drawer.locator("details[open] textarea").fill("The bridge waits for the vendor")
    await drawer.get_by_role("button", name=f"Hold {code}").click()
    await expect(drawer.get_by_text("The bridge waits for the vendor").first).to_be_visible()
    await expect(row).to_have_attribute("data-status", "ON_HOLD")
    await drawer.get_by_role("button", name="Resume", exact=True).click()
    await expect(row).to_have_attribute("data-status", "IN_PROGRESS")
    await expect(drawer.get_by_role("button", name="Finish", exact=True)).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(drawer).to_have_count(0)
    await expect(page).to_have_url(bank.at(RUN))


async def test_phases_that_are_done_are_folded_so_that_the_first_screen_shows_what_is_next(
    bank: Cutwater, into: Enter
) -> None:
    priya = await into(bank, PILOT)
    await priya.go(RUN)
    await expect(priya.page.locator('tr[data-code="PRE-0101"]')).not_to_be_in_viewport()
    await expect(
        priya.page.locator('tr[data-status="IN_PROGRESS"], tr[data-status="READY"]').first
    ).to_be_attached()
    heights = await priya.page.locator(".sheet-section.folded").evaluate_all(
        "each => each.map(x => x.offsetHeight)"
    )
    assert heights
    assert max(heights) < 60
    await priya.page.locator(".sheet-section.folded .fold").first.click()
    await expect(priya.page.locator('tr[data-code="PRE-0101"]')).to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_main_page_is_clean_for_axe(bank: Cutwater, into: Enter, axe: str, scheme: str) -> None:
    olga = await into(bank, OWNER, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    found: list[tuple[str, str, str]] = []
    for path in MAIN_PAGES:
        await olga.go(HOME + path)
        await olga.page.evaluate(axe)
        violations = await olga.page.evaluate(
            "async rules => (await axe.run(document, {runOnly: rules})).violations", RULES
        )
        found += [(path, each["id"], each["nodes"][0]["html"][:300]) for each in violations]
    assert found == []


async def test_no_page_is_wider_than_a_phone(bank: Cutwater, into: Enter) -> None:
    olga = await into(bank, OWNER, viewport={"width": 360, "height": 780}, has_touch=True)
    wide = []
    for path in MAIN_PAGES:
        await olga.go(HOME + path)
        width = await olga.page.evaluate("document.documentElement.scrollWidth")
        if width > 360:
            wide.append((path, width))
    assert wide == []


async def test_nothing_breaks_the_content_security_policy_or_a_console(bank: Cutwater, into: Enter) -> None:
    """`into` fails for whatever a console, a page or a request complained of."""
    olga = await into(bank, OWNER)
    for path in MAIN_PAGES:
        await olga.go(HOME + path)
        await olga.page.wait_for_load_state("load")
    assert olga.complaints == []


async def test_the_essentials_work_without_javascript(bank: Cutwater, into: Enter) -> None:
    bruno = await into(bank, OWNER, java_script_enabled=False)
    page = bruno.page
    await bruno.go(RUN)
    await bruno.reads("Forecast end")
    await (
        page.get_by_label("Filters without JavaScript")
        .get_by_role("link", name=re.compile("In progress"))
        .click()
    )
    row = page.locator('tr[data-status="IN_PROGRESS"]:visible').first
    code = await row.get_attribute("data-code")
    await bruno.press("Finish", within=row)
    await expect(page.locator(f'tr[data-code="{code}"]')).to_have_attribute("data-status", "COMPLETED")
    await bruno.go(f"{HOME}/releases/R-13")
    await bruno.press("Move to In review")
    await expect(page.locator(".lifecycle [aria-current=step]")).to_have_text("In review")
    await page.get_by_role("button", name="Move to Ready for staging").click(force=True)
    await expect(page.locator(".why:popover-open")).to_be_visible()
