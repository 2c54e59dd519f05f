import re
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from cutwater import identity, notifications
from cutwater.identity.service import accounts, invitations
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.jobs import JobRun
from cutwater.notifications import DeliveryState, jobs
from cutwater.notifications.models import Delivery, PlatformDelivery, Work
from tests import world
from tests.serving import DEMO, Served


async def told(
    served: Served, person: Actor, title: str = "Import done", path: str = "/releases/R-42"
) -> None:
    assert person.user_id
    async with served.database.tx(person) as tx:
        await notifications.tell(tx, [person.user_id], title, path, kind="work.ended")


async def mailed(served: Served, boss: Actor, key: str = "k1") -> UUID:
    async with served.database.tx(boss) as tx:
        return await notifications.send_mail(
            tx, "ada@example.com", "Ready <b>", "See https://x.example/a", kind="step.ready", key=key
        )


async def in_state(served: Served, boss: Actor, id: UUID, state: DeliveryState, error: str = "") -> None:
    async with served.database.tx(boss) as tx:
        changed = update(Delivery).where(Delivery.id == id)
        await tx.execute(changed.values(state=state, last_error=error, attempts=3))


async def test_the_inbox_is_counted_opened_and_read(
    served: Served, boss: Actor, people: dict[str, Actor]
) -> None:
    await told(served, people["VIEWER"], "Import <b>done</b>", "/releases/R-41")
    await told(served, people["VIEWER"], "Second")
    await told(served, boss, "Not for the viewer")
    browser = await served.browser(people["VIEWER"])
    page = await browser.get("/inbox")
    assert page.status_code == 200
    assert "Import &lt;b&gt;done&lt;/b&gt;" in page.text
    assert "Not for the viewer" not in page.text
    assert (await browser.get("/inbox/count")).text.strip().startswith("2<span")

    [first, _] = re.findall(r"/inbox/([0-9a-f-]{36})/open", page.text)
    opened = await browser.post(f"/inbox/{first}/open")
    assert opened.status_code == 303
    assert opened.headers["location"] == f"/o/{people['OWNER'].organization}/releases/R-42"
    assert (await browser.get("/inbox/count")).text.strip().startswith("1<span")
    assert "Second" in page.text
    unread = await browser.get("/inbox?only=unread", headers={"HX-Request-Type": "partial"})
    assert unread.text.count("<tr id=") == 1
    assert "<html" not in unread.text

    marked = await browser.post(f"/inbox/{first}/read", headers={"Accept": "application/json"})
    assert marked.json() == {"marked": 1}
    everything = await browser.post("/inbox/read")
    assert everything.headers["location"] == f"/o/{people['OWNER'].organization}/inbox"
    assert (await browser.get("/inbox/count")).text.strip() == ""
    assert "Nothing unread" in (await browser.get("/inbox?only=unread")).text


async def test_an_empty_inbox_says_what_will_come(served: Served, boss: Actor) -> None:
    page = await (await served.browser(boss)).get("/inbox")
    assert "Your inbox is empty" in page.text


async def test_another_persons_item_is_not_found(
    served: Served, boss: Actor, people: dict[str, Actor]
) -> None:
    await told(served, boss)
    owners = await (await served.browser(boss)).get("/inbox")
    [id] = re.findall(r"/inbox/([0-9a-f-]{36})/open", owners.text)
    member = await served.browser(people["MEMBER"])
    for verb in ("open", "read"):
        assert (await member.post(f"/inbox/{id}/{verb}")).status_code == 404


async def test_an_item_never_leads_out_of_the_organization(
    served: Served, boss: Actor, people: dict[str, Actor]
) -> None:
    await told(served, boss, path="https://evil.example/")
    browser = await served.browser(boss)
    [id] = re.findall(r"/inbox/([0-9a-f-]{36})/open", (await browser.get("/inbox")).text)
    assert (await browser.post(f"/inbox/{id}/open")).headers[
        "location"
    ] == f"/o/{people['OWNER'].organization}/inbox"


async def test_long_work_is_followed_until_its_end(served: Served, boss: Actor) -> None:
    async with served.database.tx(boss) as tx:
        id = await notifications.begin_work(tx, boss, "import", "Import <i>", 10, path="/sprints")
        await notifications.advance_work(tx, id, 4)
    browser = await served.browser(boss)
    page = await browser.get(f"/work/{id}")
    assert 'max="10" value="4"' in page.text
    assert f'data-refresh-on="work:{id}"' in page.text
    assert "Import &lt;i&gt;" in page.text
    async with served.database.tx(boss) as tx:
        await notifications.end_work(tx, id, result={"issues_read": 139, "nested": {"not": "shown"}})
    block = await browser.get(f"/work/{id}/status")
    assert "<html" not in block.text
    assert "hx-get" not in block.text
    assert "Issues read" in block.text
    assert "139" in block.text
    assert f'href="/o/{boss.organization}/sprints"' in block.text
    assert "Import &lt;i&gt;" in (await browser.get("/work")).text


async def test_work_that_stands_still_and_work_that_failed_say_so(served: Served, boss: Actor) -> None:
    async with served.database.tx(boss) as tx:
        still = await notifications.begin_work(tx, boss, "import", "Still")
        failed = await notifications.begin_work(tx, boss, "import", "Failed")
        await notifications.end_work(tx, failed, failed="Row 5 has no key.")
        earlier = clock.now().replace(year=clock.now().year - 1)
        await tx.execute(update(Work).where(Work.id == still).values(updated_at=earlier))
    browser = await served.browser(boss)
    assert "Is a worker running?" in (await browser.get(f"/work/{still}")).text
    assert "Row 5 has no key." in (await browser.get(f"/work/{failed}")).text


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
            tx, "new@bank.example", "Come", kind, invitation.id, key=f"invitation:{invitation.id}"
        )
    await in_state(served, boss, id, DeliveryState.KEPT)
    page = await (await served.browser(boss)).get(f"/mail/{id}")
    [link] = re.findall(r'href="http://localhost(/invite/[^"]+)"', page.text)
    assert (await served.anybody().get(link)).status_code == 200
    async with served.database.tx(boss) as tx:
        await invitations.revoke_invitation(tx, boss, invitation.id)
    gone = await (await served.browser(boss)).get(f"/mail/{id}")
    assert "was used, withdrawn or has run out" in gone.text


async def test_a_demos_reset_mail_is_read_by_anybody_and_only_in_a_demo(database: Database) -> None:
    async with database.tx(None) as tx:
        await world.account(tx, email="ada@bank.example")
    async with database.tx(None) as tx:
        await accounts.request_reset(tx, "ada@bank.example")
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
