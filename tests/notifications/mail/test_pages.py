"""The delivery log, and mail that is kept."""

import re
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from cutwater import identity, notifications
from cutwater.identity.members.service import invitations
from cutwater.identity.sessions.service import passwords
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.jobs import JobRun
from cutwater.notifications import DeliveryState
from cutwater.notifications.mail import jobs
from cutwater.notifications.mail.models import Delivery, PlatformDelivery
from tests import world
from tests.serving import DEMO, Served


async def mailed(served: Served, boss: Actor, key: str = "k1") -> UUID:
    async with served.database.tx(boss) as tx:
        return await notifications.send_mail(
            tx, "ada@example.com", "Ready <b>", "See https://x.example/a", kind="step.ready", key=key
        )


async def in_state(served: Served, boss: Actor, id: UUID, state: DeliveryState, error: str = "") -> None:
    async with served.database.tx(boss) as tx:
        changed = update(Delivery).where(Delivery.id == id)
        await tx.execute(changed.values(state=state, last_error=error, attempts=3))


async def test_an_admin_reads_the_delivery_log_and_sends_again(
    served: Served, boss: Actor, people: dict[str, Actor]
) -> None:
    id = await mailed(served, boss)
    await in_state(served, boss, id, DeliveryState.FAILED, "The mail server said: 550 <no>")
    browser = await served.browser(people["ADMIN"])
    page = await browser.get("/settings/deliveries")
    assert "Ready &lt;b&gt;" in page.text
    assert "The mail server said: 550 &lt;no&gt;" in page.text
    assert "Ready" not in (await browser.get("/settings/deliveries?state=SENT")).text
    assert (await browser.get("/settings/deliveries?state=NONSENSE")).status_code == 200
    again = await browser.post(f"/settings/deliveries/{id}/retry")
    assert again.headers["location"] == f"/o/{people['OWNER'].organization}/settings/deliveries"
    async with served.database.tx(people["ADMIN"]) as tx:
        assert await tx.scalar(select(Delivery.state)) == DeliveryState.QUEUED


async def test_a_sent_mail_cannot_be_sent_again_and_says_why(served: Served, boss: Actor) -> None:
    id = await mailed(served, boss)
    await in_state(served, boss, id, DeliveryState.SENT)
    browser = await served.browser(boss)
    assert f"{id}/retry" not in (await browser.get("/settings/deliveries")).text
    refused = await browser.post(f"/settings/deliveries/{id}/retry")
    assert refused.status_code == 409
    assert "its text is not kept after that" in refused.text


@pytest.mark.parametrize("role", ["VIEWER", "MEMBER", "MANAGER"])
async def test_mail_is_for_admins(served: Served, boss: Actor, people: dict[str, Actor], role: str) -> None:
    id = await mailed(served, boss)
    await in_state(served, boss, id, DeliveryState.KEPT)
    browser = await served.browser(people[role])
    for path in ("/settings/deliveries", "/mail", f"/mail/{id}"):
        assert (await browser.get(path)).status_code == 403
    assert (await browser.post(f"/settings/deliveries/{id}/retry")).status_code == 403


async def test_kept_mail_is_text_with_links(served: Served, boss: Actor) -> None:
    id = await mailed(served, boss)
    browser = await served.browser(boss)
    assert (await browser.get(f"/mail/{id}")).status_code == 404
    await in_state(served, boss, id, DeliveryState.KEPT)
    assert f"/mail/{id}" in (await browser.get("/mail")).text
    page = await browser.get(f"/mail/{id}")
    assert '<a href="https://x.example/a" rel="noreferrer">https://x.example/a</a>' in page.text
    assert "Read them" in (await browser.get("/settings/deliveries")).text


async def test_a_kept_invitation_shows_the_link_that_works(served: Served, boss: Actor) -> None:
    async with served.database.tx(boss) as tx:
        invitation = await identity.invite(tx, boss, "new@bank.example", "MEMBER")
        kind = notifications.LinkKind.INVITATION
        id = await notifications.send_link(
            tx, "new@bank.example", "Come", kind, invitation.invitation_id, key="invitation"
        )
    await in_state(served, boss, id, DeliveryState.KEPT)
    page = await (await served.browser(boss)).get(f"/mail/{id}")
    [link] = re.findall(r'href="http://localhost(/invite/[^"]+)"', page.text)
    assert (await served.anybody().get(link)).status_code == 200
    async with served.database.tx(boss) as tx:
        await invitations.revoke_invitation(tx, boss, invitation.invitation_id)
    gone = await (await served.browser(boss)).get(f"/mail/{id}")
    assert "was used, withdrawn or has run out" in gone.text


async def test_a_demos_reset_mail_is_read_by_anybody_and_only_in_a_demo(database: Database) -> None:
    async with database.tx(None) as tx:
        await world.account(tx, email="ada@bank.example")
    async with database.tx(None) as tx:
        await passwords.request_reset(tx, "ada@bank.example")
    demo = Served(database, demo=True)
    run = JobRun(
        name="x",
        database=database,
        settings=DEMO,
        ports={},
        organization_id=None,
    )
    async with database.tx(jobs.PLATFORM_LOG) as tx:
        wanted = text("select id from event_log where name = 'password_reset.requested'")
        event_id = await tx.scalar(wanted)
    await jobs.mail_reset(run, event_id=event_id)
    async with database.tx(None) as tx:
        id = await tx.scalar(select(PlatformDelivery.id).where(PlatformDelivery.kind == "reset"))
    assert id
    await jobs.send(run, delivery_id=id)
    anybody = demo.anybody()
    assert f"/mail/{id}" in (await anybody.get("/mail")).text
    page = await anybody.get(f"/mail/{id}")
    [link] = re.findall(r'href="http://localhost(/reset/[^"]+)"', page.text)
    assert (await anybody.get(link)).status_code == 200
    serious = Served(database).anybody()
    assert (await serious.get("/mail")).status_code == 404
    assert (await serious.get(f"/mail/{id}")).status_code == 404
