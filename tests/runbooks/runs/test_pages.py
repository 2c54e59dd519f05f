"""The pages of migrations and runs."""

import httpx2
import pytest

from tests.runbooks.clients import LOCAL_START, planned


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
    bad = {"version": "RB-1", "type": "CUTOVER", "planned_start": LOCAL_START}
    answer = await browser.post("/migrations/MIG-1/iterations", data=bad)
    assert (answer.status_code, "Choose a published version" in answer.text) == (400, True)
    late = {
        "version": "RB-1@1",
        "type": "RUN",
        "planned_start": LOCAL_START,
        "window_end": LOCAL_START,
        "mode": "live",
    }
    answer = await browser.post("/migrations/MIG-1/iterations", data=late)
    assert (answer.status_code, "The window must end after" in answer.text) == (400, True)


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
