"""The runsheet: rows, filters, moves, and what each role may do on it."""

import httpx2

from cutwater.kernel.actor import Actor
from tests.runbooks.clients import planned, row, started
from tests.serving import Served


async def test_live_and_rehearsal_look_unmistakably_different(browser: httpx2.AsyncClient) -> None:
    live = (await browser.get(await planned(browser))).text
    assert "mode-live" in live
    assert "mode-rehearsal" not in live
    rehearsal = (await browser.get(await planned(browser, type="DR"))).text
    assert "mode-rehearsal" in rehearsal
    assert "communications test" in rehearsal


async def test_the_runsheet_has_every_row_with_its_states_and_times(browser: httpx2.AsyncClient) -> None:
    run = await started(browser)
    page = (await browser.get(run)).text
    first, second = row(page, "A-1"), row(page, "A-2")
    assert 'data-status="READY"' in first
    assert "data-startable" in first
    assert 'data-verb="start"' in first
    assert 'data-status="PENDING"' in second
    assert "<button" not in second
    assert 'data-cell="planned">23:30<' in second  # 22:30 UTC in Zurich
    assert 'data-counter="startable">1<' in page
    assert (await browser.get(run.replace("MIG-1-CUT1", "mig-1-cut1"))).status_code == 200
    assert page.count('class="sheet-section') == 2


async def test_filters_are_in_the_address_and_hide_rows(browser: httpx2.AsyncClient) -> None:
    run = await started(browser)
    page = (await browser.get(f"{run}?show=startable")).text
    assert " hidden" not in row(page, "A-1")
    assert " hidden" in row(page, "A-2")
    assert 'data-filter="startable" aria-pressed="true"' in " ".join(page.split())
    assert " hidden" not in row((await browser.get(f"{run}?show=nonsense")).text, "A-2")


async def test_a_step_starts_and_finishes_without_javascript(browser: httpx2.AsyncClient) -> None:
    run = await started(browser)
    answer = await browser.post(f"{run}/steps", data={"start": "A-1"})
    assert answer.status_code == 303
    assert "#step-" in answer.headers["location"]
    await browser.post(f"{run}/steps", data={"finish": "A-1"})
    page = (await browser.get(run)).text
    assert 'data-status="COMPLETED"' in row(page, "A-1")
    assert 'data-status="READY"' in row(page, "A-2")
    refused = await browser.post(f"{run}/steps", data={"start": "A-3"})
    assert (refused.status_code, "Starts after A-2" in refused.text) == (409, True)
    assert (await browser.post(f"{run}/steps", data={"dance": "A-3"})).status_code == 400


async def test_a_run_is_changed_paused_and_aborted_on_its_page(browser: httpx2.AsyncClient) -> None:
    run = await started(browser)
    change = {"title": "The night", "communications": "OFF"}
    assert (await browser.post(f"{run}/edit", data=change)).status_code == 303
    page = (await browser.get(run)).text
    assert "The night" in page
    assert "communications off" in page
    assert (await browser.post(f"{run}/moves", data={"move": "pause"})).status_code == 303
    refused = await browser.post(f"{run}/moves", data={"move": "abort"})
    assert (refused.status_code, "needs a reason" in refused.text) == (409, True)
    assert (await browser.post(f"{run}/moves", data={"move": "abort", "note": "no-go"})).status_code == 303
    assert "Aborted" in (await browser.get(f"{run}/parts/figures")).text
    assert "no-go" in (await browser.get(f"{run}/feed")).text
    assert "MIG-1-CUT1" in (await browser.get("/runs?state=ABORTED")).text
    assert "No run is running" in (await browser.get("/runs?state=RUNNING")).text


async def test_a_viewer_sees_the_sheet_and_no_button(
    served: Served, browser: httpx2.AsyncClient, people: dict[str, Actor]
) -> None:
    run = await started(browser)
    theirs = await served.browser(people["VIEWER"])
    page = await theirs.get(run)
    assert page.status_code == 200
    assert "<button" not in row(page.text, "A-1")
    assert "data-pilot" not in page.text
    for path in ("/runbooks/import", "/migrations/new"):
        assert (await theirs.get(path)).status_code == 403
    assert (await theirs.post(f"{run}/steps/A-1/start", data={})).status_code == 403
    assert (await theirs.get(f"{run}/steps/A-1")).status_code == 200


async def test_the_button_of_what_is_done_and_its_list_agree_when_a_step_is_cancelled(
    browser: httpx2.AsyncClient,
) -> None:
    run = await started(browser)
    for code, verb in (("A-1", "start"), ("A-1", "finish"), ("A-2", "cancel")):
        moved = await browser.post(f"{run}/steps/{code}/{verb}", data={"reason": "moot"})
        assert moved.status_code == 303
    page = (await browser.get(f"{run}?show=done")).text
    shown = [code for code in ("A-1", "A-2", "A-3", "A-4") if " hidden" not in row(page, code)]
    assert shown == ["A-1"]
    assert 'data-counter="done">1<' in page
    assert (
        "<span data-phase-done>1</span>/<span data-phase-total>1</span>" in page
    )  # of two, one is cancelled
