"""The first hour on an empty Cutwater: from Jira's export to a release that a step put live."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from cutwater.kernel.frozen import frozen
from tests.browser.conftest import Enter
from tests.browser.people import Person
from tests.conftest import SHARED_DATA
from tests.serving import Cutwater

FILES = Path(__file__).parents[2] / "docs" / "tutorial" / "files"
PASSWORD = "correct horse battery staple"
# milliseconds from the answer to one browser until the other shows it: a browser without a stream asks every
# 5 s, so only the stream is as fast; the bench says how fast on a quiet machine
SOON = 4500
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@frozen
class Worksheet:
    """What is imported, and two steps of it of which the second waits for the first."""

    path: Path
    steps: int
    links: int
    first: str
    second: str


REAL = Worksheet(
    path=SHARED_DATA / "runbooks" / "trbk.csv", steps=13, links=11, first="FRZ-1", second="FRZ-2"
)
SAMPLE = Worksheet(path=FILES / "cutover.csv", steps=13, links=14, first="PRE-1", second="PRE-2")


async def test_a_change_goes_from_jiras_export_to_production_on_one_log(empty: Cutwater, into: Enter) -> None:
    worksheet = REAL if REAL.path.exists() else SAMPLE
    ada = await into(empty)
    await _sign_up(ada)
    await _import_the_sprint(ada)
    if SHARED_DATA.is_dir():
        await _import_what_is_odd(ada)
    await _make_a_release(ada)
    await _be_refused_and_clear_it(ada)
    await _import_the_worksheet(ada, worksheet)
    run = await _plan_the_run(ada, worksheet)
    ben = await into(empty)
    await _invite(ada, ben)
    await _run_it_in_two_windows(ada, ben, run, worksheet)
    await _read_the_log(ada, run, worksheet)
    verified = empty.run("audit", "verify")
    assert verified.returncode == 0, verified.stderr
    assert "intact" in verified.stdout


async def _sign_up(ada: Person) -> None:
    page = ada.page
    await ada.go("/")
    await ada.follow("Create an account")
    await page.get_by_label("Name", exact=True).fill("Ada Abara")
    await page.get_by_label("E-mail").fill("ada@first.example")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await ada.press("Create account")
    await ada.reads("You are in no organization yet")
    await page.get_by_label("Name", exact=True).fill("First Bank")
    await ada.press("Create organization")
    await page.wait_for_url("**/o/first-bank/**")
    await page.context.clear_cookies()
    await ada.signs_in("ada@first.example", PASSWORD)
    await page.wait_for_url("**/o/first-bank/**")


async def _import(ada: Person, *files: Path) -> None:
    """Choose files, and wait until they were read."""
    await ada.go("/o/first-bank/sprints/import")
    await ada.page.get_by_label("Files").set_input_files(list(files))
    await ada.press("Read the files")
    await ada.page.get_by_role("button", name="Confirm and import").wait_for(timeout=60_000)


async def _import_the_sprint(ada: Person) -> None:
    page = ada.page
    await _import(ada, FILES / "sprint_139.jsonl")
    await expect(page.get_by_label("Discipline team")).to_have_value("customfield_10741")
    await page.get_by_label("New sprint").fill("Sprint 139")
    await ada.press("Confirm and import")
    opening = page.get_by_role("link", name=re.compile("^Open SPR-"))
    await opening.click(timeout=60_000)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sprint 139")
    figures = page.get_by_label("Figures")
    shown = [" ".join(each.split()) for each in await figures.locator(".stat").all_inner_texts()]
    assert shown[0].startswith("Issues 139")
    assert shown[1].startswith("Points 369 on 134 estimated issues")
    assert shown[2].startswith("Average 2.8")
    assert shown[3].startswith("Done 28")
    assert shown[5].startswith("Stakeholders 13")
    await figures.get_by_role("link", name=re.compile("Stakeholders")).click()
    lines = page.locator("#breakdown tbody tr")
    await expect(lines).to_have_count(13)


async def _import_what_is_odd(ada: Person) -> None:
    folder = SHARED_DATA / "jira"
    await _import(ada, *sorted(folder.glob("*.jsonl")))
    await expect(ada.page.get_by_role("heading", name="Oddities")).to_be_visible()
    orphans = ada.page.locator("details", has_text="changelog entry").first
    await orphans.locator("summary").click()
    await expect(orphans.locator("tbody tr").first).to_be_visible()
    await ada.press("Confirm and import")
    await ada.page.get_by_role("link", name=re.compile("^Open ")).first.wait_for(timeout=60_000)
    await ada.go("/o/first-bank/sprints")
    await ada.reads("Sprint 139")


async def _make_a_release(ada: Person) -> None:
    page = ada.page
    await ada.go("/o/first-bank/releases")
    await ada.follow("Add a service")
    await page.get_by_label("Name", exact=True).fill("Ledger")
    await ada.press("Add the service")
    await ada.go("/o/first-bank/releases/new")
    await page.get_by_label("Title").fill("Ledger search")
    await page.get_by_label("Service").select_option(label="Ledger")
    await ada.press("Create the release")
    await expect(page.get_by_role("heading", level=1)).to_have_text("R-1 Ledger search")


async def _status(ada: Person, word: str) -> None:
    """The release's page says so."""
    await expect(ada.page.locator(".lifecycle [aria-current=step]")).to_have_text(word)


async def _move(ada: Person, to: str) -> None:
    await ada.press(f"Move to {to}")
    await _status(ada, to)


async def _add_item(ada: Person, key: str) -> None:
    await ada.page.get_by_label("Add an item").fill(key)
    await ada.press("Add", within=ada.page.get_by_label("Items", exact=True))
    await ada.page.get_by_role("button", name=f"Remove {key}").wait_for()


async def _be_refused_and_clear_it(ada: Person) -> None:
    page = ada.page
    await _move(ada, "In development")
    locked = page.get_by_role("button", name="Move to In review")
    await expect(locked).to_have_attribute("aria-disabled", "true")
    await ada.reads("In the way of In review")
    await _add_item(ada, "CRM-1364")
    await _add_item(ada, "CRM-1361")
    await _move(ada, "In review")
    await expect(page.get_by_role("button", name="Move to Ready for staging")).to_have_attribute(
        "aria-disabled", "true"
    )
    await ada.reads(re.compile("CRM-1361 is Open"))
    await _drag_into_a_refusal(ada)
    await ada.go("/o/first-bank/releases/R-1")
    await page.get_by_role("button", name="Remove CRM-1361").click()
    await expect(page.get_by_role("button", name="Move to Ready for staging")).not_to_have_attribute(
        "aria-disabled", "true"
    )
    for status in ("Ready for staging", "In staging", "Staging verified", "Ready for production"):
        await _move(ada, status)


async def _drag_into_a_refusal(ada: Person) -> None:
    """The board lets one try; the server says no, with the reason, and the card is back."""
    await ada.go("/o/first-bank/releases")
    card = ada.page.locator("#card-R-1")
    await ada.press("Move to…", within=card)
    await ada.press("Ready for staging", within=card)
    await ada.reads(re.compile("CRM-1361 is Open"))


async def _import_the_worksheet(ada: Person, worksheet: Worksheet) -> None:
    page = ada.page
    await ada.go("/o/first-bank/runs")
    await ada.follow("Import a worksheet")
    await page.get_by_label("Worksheet").set_input_files(worksheet.path)
    await ada.press("Read it")
    await ada.reads("Nothing is changed yet")
    code = page.locator("select[name=column_code]")
    chosen = await code.input_value()
    await code.select_option("")
    await ada.press("Read again")
    await expect(page.get_by_role("button", name=re.compile("^Apply to"))).to_have_count(0)
    await code.select_option(chosen)
    await ada.press("Read again")
    stats = [" ".join(each.split()) for each in await page.locator(".stats .stat").all_inner_texts()]
    assert stats[:3] == [f"Steps {worksheet.steps}", f"Links {worksheet.links}", "Errors 0 stop the import"]
    await ada.press("Apply to a new runbook")
    await ada.press("Publish version 1")
    await ada.reads(f"{worksheet.steps} steps, {worksheet.links} links.")
    await page.get_by_role("link", name="Plan a run").wait_for()


async def _plan_the_run(ada: Person, worksheet: Worksheet) -> str:
    page = ada.page
    await ada.go("/o/first-bank/migrations/new")
    await page.get_by_label("Title").fill("Ledger move")
    await ada.press("Create the migration")
    await page.get_by_label("Type").select_option("CUTOVER")
    await page.get_by_label("Planned start").fill(datetime.now(UTC).strftime("%Y-%m-%dT%H:%M"))
    await ada.press("Plan it")
    await ada.reads("Forecast end")
    key = page.url.rsplit("/", 1)[1].split("?")[0]
    await ada.go(f"/o/first-bank/runs/{key}/steps/{worksheet.second}")
    await page.get_by_text("Link the release").click()
    await page.get_by_label("Release", exact=True).select_option("R-1")
    await ada.press("Save", within=page.locator("form", has=page.get_by_label("Release", exact=True)))
    await ada.reads(re.compile("goes live when this step is finished"))
    return key


async def _invite(ada: Person, ben: Person) -> None:
    page = ada.page
    await ada.go("/o/first-bank/settings/people")
    await page.get_by_label("E-mail").fill("ben@first.example")
    await page.get_by_label("Role", exact=True).select_option("MANAGER")
    await ada.press("Send the invitation")
    await ada.go("/o/first-bank/mail")
    mail = page.get_by_role("row", name=re.compile("ben@first.example"))
    while not await mail.count():
        await page.reload()
    await mail.get_by_role("link").click()
    link = await page.locator("article a").first.get_attribute("href")
    assert link is not None
    await ben.page.goto(link)
    await ben.page.get_by_label("Your name").fill("Ben Bauer")
    await ben.page.get_by_label("Password", exact=True).fill(PASSWORD)
    await ben.press("Create account and join")
    await ben.page.wait_for_url("**/o/first-bank/**")


def _row(person: Person, code: str) -> Locator:
    return person.page.locator(f'tr[data-code="{code}"]')


async def _act(person: Person, other: Person, code: str, verb: str, now: str) -> None:
    """One presses a row's button; it shows at both, at the other without a reload."""
    async with person.page.expect_response(f"**/steps/{code}/{verb.lower()}") as answered:
        await person.press(verb, within=_row(person, code))
    answer = await answered.value
    assert answer.ok, await answer.text()
    for each in (person, other):
        await expect(_row(each, code)).to_have_attribute("data-status", now, timeout=SOON)


async def _run_it_in_two_windows(ada: Person, ben: Person, run: str, worksheet: Worksheet) -> None:
    for each in (ada, ben):
        await each.go(f"/o/first-bank/runs/{run}")
        await each.page.evaluate("window.sinceLoad = true")
    await expect(_row(ada, worksheet.first)).to_have_attribute("data-status", "PENDING")
    await ada.press("Start the run")
    await expect(_row(ada, worksheet.first)).to_have_attribute("data-status", "READY")
    await expect(_row(ben, worksheet.first)).to_have_attribute("data-status", "READY", timeout=SOON)
    await _act(ben, ada, worksheet.first, "Start", "IN_PROGRESS")
    await _act(ada, ben, worksheet.first, "Finish", "COMPLETED")
    await expect(_row(ben, worksheet.second)).to_have_attribute("data-status", "READY", timeout=SOON)
    await _act(ben, ada, worksheet.second, "Start", "IN_PROGRESS")
    assert await ben.page.evaluate("window.sinceLoad") is True
    await _tick(ben, run, worksheet.second)
    await _act(ben, ada, worksheet.second, "Finish", "COMPLETED")
    await ada.go("/o/first-bank/releases/R-1")
    await expect(ada.page.locator(".lifecycle [aria-current=step]")).to_have_text("Deployed", timeout=20_000)
    await ada.reads(f"by step {run}/{worksheet.second}")


async def _tick(person: Person, run: str, code: str) -> None:
    """Tick the instructions of a step on its own page, then go back to the sheet."""
    await person.go(f"/o/first-bank/runs/{run}/steps/{code}")
    open_ticks = person.page.get_by_role("button", name=re.compile("^Tick: "))
    while count := await open_ticks.count():
        await open_ticks.first.click()
        await expect(open_ticks).to_have_count(count - 1)
    await person.go(f"/o/first-bank/runs/{run}")


async def _read_the_log(ada: Person, run: str, worksheet: Worksheet) -> None:
    page = ada.page
    await ada.go("/o/first-bank/audit?key=R-1")
    deployed = page.locator("tr[id^=event-]", has_text="Deployed").first
    await expect(deployed).to_contain_text("R-1")
    await ada.go(f"/o/first-bank/audit?key={worksheet.second}")
    finished = page.locator("tr[id^=event-]", has_text="finished").first
    await expect(finished).to_contain_text("Ben Bauer")
    await expect(finished).to_contain_text(run)
    await ada.follow("Verify")
    await expect(page.locator("#verdict")).to_contain_text("Intact")
