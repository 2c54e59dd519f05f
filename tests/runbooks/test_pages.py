"""The pages: the plan, the runsheet, the drawer; with and without JavaScript."""

import re

import httpx2
import pytest

from cutwater.kernel.actor import Actor
from tests.runbooks import factories
from tests.serving import Served

START = "2026-11-21T22:00"


async def planned(browser: httpx2.AsyncClient, csv: str = factories.CHAIN, **more: str) -> str:
    """A run's address, planned through the pages."""
    files = {"file": ("ledger.csv", csv.encode(), "text/csv")}
    kept = await browser.post("/runbooks/import", files=files, data={"zone": "UTC"})
    assert kept.status_code == 303, kept.text
    path = kept.headers["location"]
    applied = await browser.post(f"http://localhost{path}/apply", data={"revision": "1"})
    runbook = applied.headers["location"]
    assert (await browser.post(f"http://localhost{runbook}/publish")).status_code == 303
    made = await browser.post("/migrations/new", data={"title": "Ledger", "zone": "Europe/Zurich"})
    form = {"version": f"{runbook.rsplit('/', 1)[1]}@1", "type": "CUTOVER", "planned_start": START, **more}
    run = await browser.post(f"http://localhost{made.headers['location']}/iterations", data=form)
    assert run.status_code == 303, run.text
    return "/" + str(run.headers["location"]).split("/", 3)[3]


async def started(browser: httpx2.AsyncClient, csv: str = factories.CHAIN) -> str:
    run = await planned(browser, csv)
    assert (await browser.post(f"{run}/moves", data={"move": "start"})).status_code == 303
    return run


def row(page: str, code: str) -> str:
    """A row of the runsheet as it was written, on one line."""
    found = re.search(rf'<tr\s+id="step-[^>]*data-code="{code}".*?</tr>', page, re.DOTALL)
    assert found is not None
    return " ".join(found[0].split())


async def test_empty_pages_say_what_to_do_first(browser: httpx2.AsyncClient) -> None:
    for path, words in (
        ("/runs", "No runs yet"), ("/migrations", "No migrations yet"), ("/runbooks", "No runbooks yet"),
        ("/runbooks/import", "Worksheet"), ("/migrations/new", "New migration"),
        ("/runs/summary", "Plan a cutover"),
        ("/runs/panel?release=R-1", "No cutover step"), ("/runs/panel?issue=PAY-1", "No cutover step"),
        ("/runs/panel?sprint=SPR-1", "No cutover step"),
    ):  # fmt: skip
        answer = await browser.get(path)
        assert answer.status_code == 200, path
        assert words in answer.text


async def test_a_migration_lists_its_runs(browser: httpx2.AsyncClient) -> None:
    await planned(browser)
    assert "MIG-1-CUT1" in (await browser.get("/migrations")).text
    assert "Plan a run" in (await browser.get("/migrations/MIG-1")).text
    assert (await browser.post("/migrations/MIG-1/edit", data={"title": "Two"})).status_code == 303
    bad = {"version": "RB-1", "type": "CUTOVER", "planned_start": START}
    answer = await browser.post("/migrations/MIG-1/iterations", data=bad)
    assert (answer.status_code, "Choose a published version" in answer.text) == (400, True)
    late = {"version": "RB-1@1", "type": "RUN", "planned_start": START, "window_end": START, "mode": "live"}
    answer = await browser.post("/migrations/MIG-1/iterations", data=late)
    assert (answer.status_code, "The window must end after" in answer.text) == (400, True)


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


async def test_an_element_gets_json_and_a_refusal_with_every_obstacle(browser: httpx2.AsyncClient) -> None:
    run = await started(browser)
    json = {"Accept": "application/json"}
    done = await browser.post(f"{run}/steps/A-1/start", data={"revision": "1"}, headers=json)
    step = done.json()["step"]
    assert (step["status"], step["revision"], step["startable"]) == ("IN_PROGRESS", 2, False)
    refused = await browser.post(f"{run}/steps/A-3/start", data={"revision": "1"}, headers=json)
    assert refused.status_code == 409
    assert [each["code"] for each in refused.json()["error"]["obstacles"]] == ["gate.fs"]
    twice = await browser.post(f"{run}/steps/A-1/start", data={"revision": "1"}, headers=json)
    assert twice.json()["error"]["message"].startswith("Olga Owner changed it since you looked: started")


async def test_the_drawer_shows_obstacles_before_the_click_and_everything_else(
    browser: httpx2.AsyncClient,
) -> None:
    run = await started(browser)
    page = (await browser.get(f"{run}/steps/A-2")).text
    for words in (
        "Start: not yet",
        "Starts after A-1",
        "check the size",
        "mandatory",
        "Start anyway",
        "Slack",
    ):
        assert words in page
    override = {"override": "true", "reason": "vendor waits", "revision": "1"}
    assert (await browser.post(f"{run}/steps/A-2/start", data=override)).status_code == 303
    line = re.search(r"/instructions/([0-9a-f-]{36})", (await browser.get(f"{run}/steps/A-2")).text)
    assert line is not None
    ticked = await browser.post(f"{run}/steps/A-2/instructions/{line[1]}", data={"is_done": "true"})
    assert ticked.status_code == 303
    page = (await browser.get(f"{run}/steps/A-2")).text
    assert "Olga Owner" in page
    assert "vendor waits" in page
    assert (await browser.get(f"{run}/steps/Z-9")).status_code == 404
    refused = await browser.post(f"{run}/steps/A-2/start", data={})
    assert (refused.status_code, "is in progress" in refused.text) == (409, True)


async def test_pilots_say_who_does_a_step_and_what_it_puts_live(
    browser: httpx2.AsyncClient, pilot: Actor
) -> None:
    run = await started(browser)
    owners = {"assignee_id": str(pilot.user_id), "team_id": "", "deputy_id": ""}
    assert (await browser.post(f"{run}/steps/A-1/owners", data=owners)).status_code == 303
    assert (await browser.post(f"{run}/steps/A-1/owners", data={"team_id": "x"})).status_code == 400
    unknown = await browser.post(f"{run}/steps/A-1/release", data={"release": "R-9"})
    assert (unknown.status_code, "There is no release R-9" in unknown.text) == (400, True)
    assert "A-1" in (await browser.get("/runs/summary")).text


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


@pytest.mark.parametrize(
    "path",
    [
        "/runs/NO-1",
        "/runs/NO-1/state",
        "/runs/NO-1/steps/A",
        "/migrations/NO-1",
        "/runbooks/NO-1",
        "/runs/a%00b",
    ],
)
async def test_what_does_not_exist_is_404(browser: httpx2.AsyncClient, path: str) -> None:
    assert (await browser.get(path)).status_code == 404
