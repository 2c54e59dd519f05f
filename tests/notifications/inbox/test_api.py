"""The inbox over the API."""

from cutwater import notifications
from cutwater.kernel.actor import Actor
from cutwater.kernel.ids import new_id
from tests.serving import Served


async def told(served: Served, person: Actor, count: int = 1) -> None:
    assert person.user_id
    async with served.database.tx(person) as tx:
        for number in range(count):
            await notifications.tell(tx, [person.user_id], f"Thing {number}", "/work/1", kind="work.ended")


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


async def test_nobody_gets_nothing(served: Served, people: dict[str, Actor]) -> None:
    for path in ("/inbox", "/inbox/count", "/deliveries", "/work"):
        assert (await served.anybody().get(f"/api/v1{path}")).status_code == 401
