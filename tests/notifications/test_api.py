from uuid import UUID

import pytest
from sqlalchemy import update

from cutwater import notifications
from cutwater.kernel.db import Database
from cutwater.kernel.ids import new_id
from cutwater.notifications import DeliveryState
from cutwater.notifications.models import Delivery
from tests.notifications.serving import Site, site


async def told(found: Site, role: str, count: int = 1) -> None:
    person = found.people[role].user_id
    assert person
    async with found.database.tx(found.people[role]) as tx:
        for number in range(count):
            await notifications.tell(tx, [person], f"Thing {number}", "/work/1", kind="work.ended")


async def failed_mail(found: Site, state: DeliveryState = DeliveryState.FAILED) -> UUID:
    async with found.database.tx(found.people["OWNER"]) as tx:
        id = await notifications.send_mail(tx, "ada@example.com", "Ready", "x", kind="step.ready", key="k")
        await tx.execute(update(Delivery).where(Delivery.id == id).values(state=state, last_error="550 no"))
    return id


async def test_the_inbox_is_listed_counted_and_read(database: Database) -> None:
    found = await site(database, "VIEWER")
    await told(found, "VIEWER", 3)
    await told(found, "OWNER")
    api = await found.program("VIEWER")
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


async def test_foreign_and_unknown_items_are_not_found(database: Database) -> None:
    found = await site(database, "MEMBER")
    await told(found, "OWNER")
    owners = (await (await found.program("OWNER")).get("/inbox")).json()["data"][0]["id"]
    api = await found.program("MEMBER")
    for id in (owners, str(new_id())):
        assert (await api.put(f"/inbox/{id}/read")).status_code == 404
    assert (await api.put("/inbox/nonsense/read")).status_code == 400
    assert (await api.get("/inbox?cursor=nonsense")).status_code == 400


async def test_deliveries_are_listed_and_retried_by_admins(database: Database) -> None:
    found = await site(database, "ADMIN")
    id = await failed_mail(found)
    api = await found.program("ADMIN")
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


async def test_a_sent_mail_is_refused_with_its_obstacle(database: Database) -> None:
    found = await site(database)
    id = await failed_mail(found, DeliveryState.SENT)
    refused = await (await found.program("OWNER")).post(f"/deliveries/{id}/retries")
    assert refused.status_code == 409
    assert [each["code"] for each in refused.json()["error"]["obstacles"]] == ["delivery.sent"]


@pytest.mark.parametrize("role", ["VIEWER", "MEMBER", "MANAGER"])
async def test_others_may_not_see_deliveries(database: Database, role: str) -> None:
    found = await site(database, role)
    id = await failed_mail(found)
    api = await found.program(role)
    refusals = [
        await api.get("/deliveries"),
        await api.get(f"/deliveries/{id}"),
        await api.post(f"/deliveries/{id}/retries"),
    ]
    assert [each.status_code for each in refusals] == [403, 403, 403]


async def test_long_work_is_read_by_everybody_and_listed_by_who_started_it(database: Database) -> None:
    found = await site(database, "VIEWER")
    owner = found.people["OWNER"]
    async with database.tx(owner) as tx:
        id = await notifications.begin_work(tx, owner, "import", "Import", 4, path="/sprints")
        await notifications.end_work(tx, id, result={"issues": 139})
    viewer, own = await found.program("VIEWER"), await found.program("OWNER")
    seen = (await viewer.get(f"/work/{id}")).json()["data"]
    assert (seen["state"], seen["done"], seen["total"], seen["result"]) == ("DONE", 4, 4, {"issues": 139})
    assert (await viewer.get("/work")).json()["data"] == []
    assert [each["id"] for each in (await own.get("/work")).json()["data"]] == [str(id)]
    assert (await viewer.get(f"/work/{new_id()}")).status_code == 404


async def test_nobody_gets_nothing(database: Database) -> None:
    found = await site(database)
    for path in ("/inbox", "/inbox/count", "/deliveries", "/work"):
        assert (await found.anybody().get(f"/api/v1{path}")).status_code == 401
