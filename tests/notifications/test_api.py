from uuid import UUID

import pytest
from sqlalchemy import update

from cutwater import notifications
from cutwater.kernel.actor import Actor
from cutwater.kernel.ids import new_id
from cutwater.notifications import DeliveryState
from cutwater.notifications.models import Delivery
from tests.serving import Served


async def told(served: Served, person: Actor, count: int = 1) -> None:
    assert person.user_id
    async with served.database.tx(person) as tx:
        for number in range(count):
            await notifications.tell(tx, [person.user_id], f"Thing {number}", "/work/1", kind="work.ended")


async def failed_mail(served: Served, boss: Actor, state: DeliveryState = DeliveryState.FAILED) -> UUID:
    async with served.database.tx(boss) as tx:
        id = await notifications.send_mail(tx, "ada@example.com", "Ready", "x", kind="step.ready", key="k")
        await tx.execute(update(Delivery).where(Delivery.id == id).values(state=state, last_error="550 no"))
    return id


async def test_the_inbox_is_listed_counted_and_read(served: Served, people: dict[str, Actor]) -> None:
    await told(served, people["VIEWER"], 3)
    await told(served, people["OWNER"])
    api = await served.program(people["VIEWER"])
    first = (await api.get("/inbox?limit=2")).json()
    assert len(first["data"]) == 2
    assert set(first["data"][0]) == {"id", "created_at", "kind", "title", "path", "read_at"}
    rest = (await api.get(first["links"]["next"].removeprefix("/api/v1"))).json()
    assert len(rest["data"]) == 1
    assert rest["links"]["next"] is None
    assert (await api.get("/inbox/count")).json()["data"] == {"unread": 3}

    id = first["data"][0]["id"]
    read = await api.put(f"/inbox/{id}/read")
    assert read.status_code == 200
    assert read.json()["data"]["read_at"]
    assert len((await api.get("/inbox?unread=true")).json()["data"]) == 2
    assert (await api.post("/inbox/reads")).json()["data"] == {"marked": 2}
    assert (await api.get("/inbox/count")).json()["data"] == {"unread": 0}


async def test_foreign_and_unknown_items_are_not_found(served: Served, people: dict[str, Actor]) -> None:
    await told(served, people["OWNER"])
    owners = (await (await served.program(people["OWNER"])).get("/inbox")).json()["data"][0]["id"]
    api = await served.program(people["MEMBER"])
    for id in (owners, str(new_id())):
        assert (await api.put(f"/inbox/{id}/read")).status_code == 404
    assert (await api.put("/inbox/nonsense/read")).status_code == 400
    assert (await api.get("/inbox?cursor=nonsense")).status_code == 400


async def test_deliveries_are_listed_and_retried_by_admins(served: Served, people: dict[str, Actor]) -> None:
    id = await failed_mail(served, people["OWNER"])
    api = await served.program(people["ADMIN"])
    [listed] = (await api.get("/deliveries?state=FAILED")).json()["data"]
    assert (listed["id"], listed["state"], listed["last_error"]) == (str(id), "FAILED", "550 no")
    assert "text" not in listed
    assert (await api.get("/deliveries?state=SENT")).json()["data"] == []
    assert (await api.get("/deliveries?state=LOST")).status_code == 400
    again = await api.post(f"/deliveries/{id}/retries")
    assert (again.status_code, again.json()["data"]["state"]) == (200, "QUEUED")
    assert (await api.get(f"/deliveries/{id}")).json()["data"]["attempts"] == 0
    assert (await api.post(f"/deliveries/{new_id()}/retries")).status_code == 404
    assert (await api.get(f"/deliveries/{new_id()}")).status_code == 404


async def test_a_sent_mail_is_refused_with_its_obstacle(served: Served, people: dict[str, Actor]) -> None:
    id = await failed_mail(served, people["OWNER"], DeliveryState.SENT)
    refused = await (await served.program(people["OWNER"])).post(f"/deliveries/{id}/retries")
    assert refused.status_code == 409
    assert [each["code"] for each in refused.json()["error"]["obstacles"]] == ["delivery.sent"]


@pytest.mark.parametrize("role", ["VIEWER", "MEMBER", "MANAGER"])
async def test_others_may_not_see_deliveries(served: Served, people: dict[str, Actor], role: str) -> None:
    id = await failed_mail(served, people["OWNER"])
    api = await served.program(people[role])
    refusals = [
        await api.get("/deliveries"),
        await api.get(f"/deliveries/{id}"),
        await api.post(f"/deliveries/{id}/retries"),
    ]
    assert [each.status_code for each in refusals] == [403, 403, 403]


async def test_long_work_is_read_by_everybody_and_listed_by_who_started_it(
    served: Served, people: dict[str, Actor]
) -> None:
    owner = people["OWNER"]
    async with served.database.tx(owner) as tx:
        id = await notifications.begin_work(tx, owner, "import", "Import", 4, path="/sprints")
        await notifications.end_work(tx, id, result={"issues": 139})
    viewer, own = await served.program(people["VIEWER"]), await served.program(people["OWNER"])
    seen = (await viewer.get(f"/work/{id}")).json()["data"]
    assert (seen["state"], seen["done"], seen["total"], seen["result"]) == ("DONE", 4, 4, {"issues": 139})
    assert (await viewer.get("/work")).json()["data"] == []
    assert [each["id"] for each in (await own.get("/work")).json()["data"]] == [str(id)]
    assert (await viewer.get(f"/work/{new_id()}")).status_code == 404


async def test_nobody_gets_nothing(served: Served, people: dict[str, Actor]) -> None:
    for path in ("/inbox", "/inbox/count", "/deliveries", "/work"):
        assert (await served.anybody().get(f"/api/v1{path}")).status_code == 401
