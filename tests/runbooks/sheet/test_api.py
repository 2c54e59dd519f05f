"""The live state over the API."""

import httpx2

from tests.runbooks.clients import a_run


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
