"""The pages of background jobs."""

from sqlalchemy import update

from cutwater import notifications
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.notifications.work.models import Work
from tests.serving import Served


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
