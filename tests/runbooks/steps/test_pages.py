"""A step's drawer, and what an element gets."""

import re

import httpx2

from cutwater.kernel.actor import Actor
from tests.runbooks.clients import started


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


async def test_a_step_is_found_by_its_code_in_any_case(browser: httpx2.AsyncClient) -> None:
    run = await started(browser)
    page = await browser.get(f"{run.lower()}/steps/a-1")
    assert (page.status_code, "Freeze the ledger" in page.text) == (200, True)
    assert (await browser.post(f"{run}/steps/a-1/start", data={})).status_code == 303
