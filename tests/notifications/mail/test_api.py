"""The delivery log over the API."""

from uuid import UUID

import pytest
from sqlalchemy import update

from cutwater import notifications
from cutwater.kernel.actor import Actor
from cutwater.kernel.ids import new_id
from cutwater.notifications import DeliveryState
from cutwater.notifications.mail.models import Delivery
from tests.serving import Served


async def failed_mail(served: Served, boss: Actor, state: DeliveryState = DeliveryState.FAILED) -> UUID:
    async with served.database.tx(boss) as tx:
        id = await notifications.send_mail(tx, "ada@example.com", "Ready", "x", kind="step.ready", key="k")
        await tx.execute(update(Delivery).where(Delivery.id == id).values(state=state, last_error="550 no"))
    return id


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
