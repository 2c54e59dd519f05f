"""A night over the API: run and steps; refusals and ETags."""

from typing import Any

import httpx2
import pytest

from cutwater.kernel.actor import Actor
from tests import world
from tests.runbooks import factories
from tests.serving import Served


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


async def test_a_night_over_the_api(api: httpx2.AsyncClient) -> None:
    run = await a_run(api)
    steps = f"/runs/{run['key']}/steps"
    refused = await api.post(f"{steps}/A-2/moves", json={"move": "start"})
    assert (refused.status_code, refused.json()["error"]["obstacles"][0]["code"]) == (409, "gate.fs")
    started = await api.post(f"{steps}/A-1/moves", json={"move": "start"}, headers={"If-Match": '"1"'})
    assert (started.json()["data"]["state"], started.headers["etag"]) == ("IN_PROGRESS", '"2"')
    stale = await api.post(f"{steps}/A-1/moves", json={"move": "finish"}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    await api.post(f"{steps}/A-1/moves", json={"move": "finish"})
    two = (await api.get(f"{steps}/A-2")).json()["data"]
    assert two["state"] == "READY"
    assert [each["code"] for each in two["after"]] == ["A-1"]
    assert [each["code"] for each in two["before"]] == ["A-3", "A-4"]
    assert {each["move"]: len(each["obstacles"]) for each in two["moves"]}["start"] == 0
    await api.post(f"{steps}/A-2/moves", json={"move": "start"})
    line = next(each for each in two["instructions"] if each["is_mandatory"])
    ticked = await api.put(f"{steps}/A-2/instructions/{line['id']}", json={"is_done": True})
    assert ticked.json()["data"]["done_at"] is not None
    assert (await api.post(f"{steps}/A-2/moves", json={"move": "finish"})).status_code == 200
    listed = (await api.get(steps, params={"state": "COMPLETED"})).json()
    assert ([each["code"] for each in listed["data"]], listed["meta"]["total"]) == (["A-1", "A-2"], 2)
    overview = (await api.get(f"/runs/{run['id']}")).json()["data"]
    assert (overview["done"], overview["total"], overview["state"]) == (2, 4, "RUNNING")
    aborted = await api.post(f"/runs/{run['key']}/moves", json={"move": "abort", "note": "no-go"})
    assert aborted.json()["data"]["ended_at"] is not None
    assert (await api.get("/runs", params={"state": "ABORTED"})).json()["meta"]["total"] == 1


async def test_the_state_is_sent_once_and_then_304_until_something_happens(api: httpx2.AsyncClient) -> None:
    run = await a_run(api)
    first = await api.get(f"/runs/{run['key']}/state")
    state = first.json()
    assert state["topic"] == f"run:{run['id']}"
    assert state["run"]["counters"]["startable"] == 1
    assert len(state["steps"]) == 4
    same = {"If-None-Match": first.headers["etag"]}
    assert (await api.get(f"/runs/{run['key']}/state", headers=same)).status_code in (
        200,
        304,
    )  # 200 at a new minute
    await api.post(f"/runs/{run['key']}/steps/A-1/moves", json={"move": "start"})
    after = await api.get(f"/runs/{run['key']}/state", headers=same)
    assert after.status_code == 200
    assert after.json()["run"]["tick"] == state["run"]["tick"] + 1


async def test_owners_and_run_are_changed(api: httpx2.AsyncClient, pilot: Actor) -> None:
    run = await a_run(api)
    path = f"/runs/{run['key']}/steps/A-1"
    assigned = await api.put(f"{path}/owners", json={"assignee_id": str(pilot.user_id)})
    assert assigned.json()["data"]["assignee_id"] == str(pilot.user_id)
    unknown = await api.put(f"{path}/release", json={"release": "R-99"})
    assert (unknown.status_code, unknown.json()["error"]["details"][0]["field"]) == (400, "release")
    assert (await api.put(f"{path}/release", json={"release": ""})).status_code == 200
    quiet = await api.patch(f"/runs/{run['key']}", json={"communications": "OFF"})
    assert quiet.json()["data"]["communications"] == "OFF"
    renamed = await api.patch(f"/migrations/{run['migration_key']}", json={"title": "Ledger two"})
    assert renamed.json()["data"]["title"] == "Ledger two"
    listed = (await api.get(f"/migrations/{run['migration_key']}/iterations")).json()["data"]
    assert [each["key"] for each in listed] == [run["key"]]
    assert (await api.get("/migrations")).json()["meta"]["total"] == 1
    assert (await api.get(f"/migrations/{run['migration_key']}")).status_code == 200
    assert (await api.get("/runs/steps", params={"release": "R-1"})).json()["data"] == []
    assert (await api.get("/runs/steps", params={"issue": "PAY-1"})).json()["data"] == []


@pytest.mark.parametrize(
    "path",
    [
        "/runs/MIG-9-RUN1", "/runs/MIG-9-RUN1/state", "/runs/MIG-9-RUN1/steps", "/runs/MIG-9-RUN1/steps/A-1",
        "/migrations/MIG-9", "/migrations/MIG-9/iterations",
    ],
)  # fmt: skip
async def test_what_does_not_exist_is_404(api: httpx2.AsyncClient, path: str) -> None:
    assert (await api.get(path)).status_code == 404


async def test_another_organizations_run_is_404(api: httpx2.AsyncClient, served: Served) -> None:
    run = await a_run(api)
    stranger = await served.program(await world.organization_in(served.database, "Other"))
    for path in (f"/runs/{run['id']}", f"/runs/{run['key']}/state", f"/runs/{run['key']}/steps/A-1"):
        assert (await stranger.get(path)).status_code == 404
    assert (await stranger.post(f"/runs/{run['id']}/moves", json={"move": "pause"})).status_code == 404
