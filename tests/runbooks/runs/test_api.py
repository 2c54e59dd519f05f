"""Runs over the API: who finds them."""

import httpx2
import pytest

from cutwater.kernel.actor import Actor
from tests import world
from tests.runbooks.clients import a_run
from tests.serving import Served


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


async def test_runs_migrations_and_steps_are_found_in_any_case(api: httpx2.AsyncClient) -> None:
    run = await a_run(api)
    assert (await api.get("/runs/mig-1-cut1")).json()["data"]["id"] == run["id"]
    assert (await api.get("/migrations/mig-1")).json()["data"]["key"] == "MIG-1"
    step = (await api.get("/runs/mig-1-cut1/steps/a-1")).json()["data"]
    assert step["code"] == "A-1"
    assert (await api.get(f"/runs/{run['id']}/steps/{step['id']}")).json()["data"]["code"] == "A-1"
    moved = await api.post("/runs/mig-1-cut1/steps/a-1/moves", json={"move": "start"})
    assert (moved.status_code, moved.json()["data"]["state"]) == (200, "IN_PROGRESS")


async def test_a_viewer_reads_why_a_step_is_not_theirs_to_move(
    api: httpx2.AsyncClient, served: Served, people: dict[str, Actor]
) -> None:
    run = await a_run(api)
    viewer = await served.program(people["VIEWER"])
    moves = (await viewer.get(f"/runs/{run['key']}/steps/A-1")).json()["data"]["moves"]
    codes = {each["move"]: [why["code"] for why in each["obstacles"]] for each in moves}
    assert codes["start"] == ["permission.runs.execute"]
    assert codes["cancel"] == ["permission.runs.pilot"]
