"""Background jobs over the API."""

from cutwater import notifications
from cutwater.kernel.actor import Actor
from cutwater.kernel.ids import new_id
from tests.serving import Served


async def test_a_background_job_is_for_who_started_it(served: Served, people: dict[str, Actor]) -> None:
    owner = people["OWNER"]
    async with served.database.tx(owner) as tx:
        id = await notifications.begin_work(tx, owner, "import", "Import", 4, path="/sprints")
        await notifications.end_work(tx, id, result={"issues": 139})
    viewer, own = await served.program(people["VIEWER"]), await served.program(people["OWNER"])
    seen = (await own.get(f"/work/{id}")).json()["data"]
    assert (seen["state"], seen["done"], seen["total"], seen["result"]) == ("DONE", 4, 4, {"issues": 139})
    assert (await viewer.get("/work")).json()["data"] == []
    assert [each["id"] for each in (await own.get("/work")).json()["data"]] == [str(id)]
    for unseen in (id, new_id()):
        assert (await viewer.get(f"/work/{unseen}")).status_code == 404
