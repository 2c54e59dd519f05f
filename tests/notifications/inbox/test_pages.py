"""The pages of the inbox."""

import re

from cutwater import notifications
from cutwater.kernel.actor import Actor
from tests.serving import Served


async def told(
    served: Served, person: Actor, title: str = "Import done", path: str = "/releases/R-42"
) -> None:
    assert person.user_id
    async with served.database.tx(person) as tx:
        await notifications.tell(tx, [person.user_id], title, path, kind="work.ended")


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
