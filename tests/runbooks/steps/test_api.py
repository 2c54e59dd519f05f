"""A night over the API: refusals, ETags, owners and releases of steps."""

import httpx2

from cutwater.kernel.actor import Actor
from tests.runbooks.clients import a_run


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
