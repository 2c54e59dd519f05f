"""What a browser and a program do to plan a run and to start it."""

import re
from typing import Any

import httpx2

from tests.runbooks import factories

LOCAL_START = "2026-11-21T22:00"


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
    form = {
        "version": f"{runbook.rsplit('/', 1)[1]}@1",
        "type": "CUTOVER",
        "planned_start": LOCAL_START,
        **more,
    }
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


async def upload(api: httpx2.AsyncClient, text: str = factories.CHAIN, **more: str) -> httpx2.Response:
    files = {"file": ("plan.csv", text.encode(), "text/csv")}
    return await api.post("/runbook-imports", files=files, data=more)


async def a_run(api: httpx2.AsyncClient, text: str = factories.CHAIN, **more: Any) -> dict[str, Any]:
    """A started run, made over the API."""
    kept = (await upload(api, text)).json()["data"]
    runbook = (await api.post(f"/runbook-imports/{kept['id']}/applications")).json()["data"]
    assert (await api.post(f"/runbooks/{runbook['key']}/versions")).status_code == 201
    migration = (await api.post("/migrations", json={"title": "Ledger", "zone": "Europe/Zurich"})).json()[
        "data"
    ]
    plan = {"runbook": runbook["key"], "type": "CUTOVER", "planned_start": "2026-11-21T22:00:00Z", **more}
    made = await api.post(f"/migrations/{migration['key']}/iterations", json=plan)
    assert made.status_code == 201, made.text
    run: dict[str, Any] = made.json()["data"]
    assert (await api.post(f"/runs/{run['key']}/moves", json={"move": "start"})).status_code == 200
    return run
