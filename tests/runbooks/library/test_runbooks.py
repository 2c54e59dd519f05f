"""Runbooks and their versions: made, renamed, published; found by key in any case; refusals."""

from uuid import UUID

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Conflict, Forbidden, NotFound, Stale
from cutwater.kernel.ids import new_id
from cutwater.kernel.reader import SessionReader
from cutwater.runbooks.library import queries, service, views
from tests import world
from tests.runbooks import factories


async def revision(tx: AsyncSession, key: str) -> int:
    return (await queries.runbook(SessionReader(tx), key)).revision


async def test_a_runbook_is_renamed_once_per_revision(tx: AsyncSession, owner: Actor) -> None:
    created = await service.create_runbook(tx, owner, "Ledger move")
    id = await service.update_runbook(tx, owner, created.key, title="Ledger night", seen_revision=1)
    runbook = await queries.runbook(SessionReader(tx), created.key)
    assert (runbook.id, runbook.title, runbook.revision) == (id, "Ledger night", 2)
    with pytest.raises(Stale):
        await service.update_runbook(tx, owner, created.key, title="x", seen_revision=1)
    await service.update_runbook(tx, owner, created.key, title="Ledger night")
    assert await revision(tx, created.key) == 2
    assert len(await factories.logged(tx, "runbook.updated")) == 1


async def test_the_log_keeps_titles_in_the_event_and_descriptions_where_they_can_be_erased(
    tx: AsyncSession, owner: Actor
) -> None:
    key = (await service.create_runbook(tx, owner, "Ledger move", "call Nia at home")).key
    await service.update_runbook(tx, owner, key, title="Ledger night", description="call Zoe at home")
    ((_, data),) = await factories.logged(tx, "runbook.updated")
    assert data["headline"] == "changed title and description"
    assert data["changes"]["title"] == ["Ledger move", "Ledger night"]
    assert "at home" not in str(data)


async def test_who_changed_it_meanwhile_is_told(tx: AsyncSession, owner: Actor) -> None:
    key = (await service.create_runbook(tx, owner, "Ledger move")).key
    await service.update_runbook(tx, owner, key, title="Ledger night")
    with pytest.raises(Stale, match="Olga Owner changed it since you looked: changed title"):
        await service.update_runbook(tx, owner, key, title="x", seen_revision=1)


async def test_an_import_counts_as_a_change_of_the_runbook_and_publishing_does_not(
    tx: AsyncSession, owner: Actor
) -> None:
    key = await factories.runbook(tx, owner, publish=False)
    before = await revision(tx, key)
    await service.publish_version(tx, owner, key)
    assert await revision(tx, key) == before
    with pytest.raises(Stale, match="changed it since you looked: imported 4 steps"):
        await service.update_runbook(tx, owner, key, title="x", seen_revision=before - 1)


async def test_publishing_needs_a_draft(tx: AsyncSession, owner: Actor) -> None:
    key = await factories.runbook(tx, owner)
    with pytest.raises(Conflict, match="has no draft to publish"):
        await service.publish_version(tx, owner, key)
    member = await world.person(tx, owner, "MEMBER")
    with pytest.raises(Forbidden):
        await service.publish_version(tx, member, key)


async def test_only_those_who_may_write_runbooks_make_and_change_them(tx: AsyncSession, owner: Actor) -> None:
    member = await world.person(tx, owner, "MEMBER")
    with pytest.raises(Forbidden):
        await service.create_runbook(tx, member, "x")
    key = (await service.create_runbook(tx, owner, "Ledger move")).key
    with pytest.raises(Forbidden):
        await service.update_runbook(tx, member, key, title="x", seen_revision=7)


@pytest.mark.parametrize("given", ["RB-99", "", "rb\0", str(UUID(int=1)), "x" * 36, "x" * 500])
async def test_what_is_no_runbook_is_not_found(tx: AsyncSession, owner: Actor, given: str) -> None:
    with pytest.raises(NotFound):
        await queries.runbook(SessionReader(tx), given)
    with pytest.raises(NotFound):
        await service.update_runbook(tx, owner, given, title="x")


async def test_a_version_is_shown_with_what_each_step_waits_for(tx: AsyncSession, owner: Actor) -> None:
    csv = factories.CHAIN + "A-5,Tell,Load,5,A-3 FF-10 soft; A-4,,\n"
    shown = await views.runbook(SessionReader(tx), await factories.runbook(tx, owner, csv, publish=False))
    codes = {step.id: step.code for step in shown.steps}
    assert {codes[id]: sorted(waits) for id, waits in shown.waits.items()} == {
        "A-2": ["A-1"], "A-3": ["A-2 FS+15"], "A-4": ["A-2 SS"], "A-5": ["A-3 FF-10 soft", "A-4"],
    }  # fmt: skip
    assert shown.draft is shown.version


async def test_an_older_version_is_shown_by_its_number_and_the_newest_otherwise(
    tx: AsyncSession, owner: Actor
) -> None:
    key = await factories.runbook(tx, owner)
    await factories.runbook(
        tx, owner, factories.CHAIN.replace("Reconcile", "Compare"), publish=False, key=key
    )
    reader = SessionReader(tx)
    titles = {
        number: (await views.runbook(reader, key, number)).steps[-1].title for number in (1, 2, 9, None)
    }
    assert titles == {1: "Reconcile", 2: "Compare", 9: "Compare", None: "Compare"}


async def test_a_step_type_of_the_organizations_own_is_known_beside_the_nine(
    tx: AsyncSession, owner: Actor
) -> None:
    insert = text("insert into step_type (id, code, label, tone) values (:id, 'DNS', 'Name service', 'info')")
    await tx.execute(insert, {"id": new_id()})
    types = await queries.step_types(SessionReader(tx))
    assert (types["DNS"].label, types["TRT"].label, len(types)) == ("Name service", "Treatment", 10)


# ---------------------------------------------------------------- pages and API


async def test_page_and_api_find_a_runbook_by_its_key_in_any_case(
    api: httpx2.AsyncClient, browser: httpx2.AsyncClient
) -> None:
    made = (await api.post("/runbooks", json={"title": "Ledger move"})).json()["data"]
    for given in ("RB-1", "rb-1", "Rb-1", made["id"]):
        assert (await api.get(f"/runbooks/{given}")).json()["data"]["key"] == "RB-1"
        assert (await api.get(f"/runbooks/{given}/versions")).json()["data"] == []
        assert "Ledger move" in (await browser.get(f"/runbooks/{given}")).text
    renamed = await api.patch("/runbooks/rb-1", json={"title": "Night"}, headers={"If-Match": '"1"'})
    assert (renamed.status_code, renamed.headers["etag"]) == (200, '"2"')


async def test_a_runbook_is_described_over_the_api_under_its_etag(api: httpx2.AsyncClient) -> None:
    book = (await api.post("/runbooks", json={"title": "Empty"})).json()["data"]
    patched = (await api.patch(f"/runbooks/{book['key']}", json={"description": "d"})).json()["data"]
    assert (patched["title"], patched["description"], patched["latest_number"]) == ("Empty", "d", None)
    stale = await api.patch("/runbooks/RB-1", json={"title": "x"}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert "changed it since you looked: changed description" in stale.json()["error"]["message"]


async def test_a_published_version_is_read_with_its_steps(api: httpx2.AsyncClient) -> None:
    files = {"file": ("plan.csv", factories.CHAIN.encode(), "text/csv")}
    kept = (await api.post("/runbook-imports", files=files)).json()["data"]
    await api.post(f"/runbook-imports/{kept['id']}/applications")
    published = await api.post("/runbooks/RB-1/versions")
    assert (published.status_code, published.headers["etag"]) == (201, '"2"')
    version = (await api.get("/runbooks/rb-1/versions/1")).json()["data"]
    assert version == published.json()["data"]
    assert (version["state"], version["step_count"], version["link_count"]) == ("PUBLISHED", 4, 3)
    steps = (await api.get("/runbooks/rb-1/versions/1/steps")).json()["data"]
    assert [(step["code"], step["phase"], step["labels"]) for step in steps] == [
        ("A-1", "Freeze", []), ("A-2", "Freeze", []), ("A-3", "Load", []), ("A-4", "Load", []),
    ]  # fmt: skip
    assert (await api.get("/runbooks/rb-1/versions/2")).status_code == 404


async def test_a_runbook_page_shows_versions_steps_and_links(browser: httpx2.AsyncClient) -> None:
    files = {"file": ("ledger.csv", factories.CHAIN.encode(), "text/csv")}
    kept = await browser.post("/runbooks/import", files=files, data={"zone": "UTC"})
    await browser.post(f"http://localhost{kept.headers['location']}/apply", data={"revision": "1"})
    assert "Publish version 1" in (await browser.get("/runbooks/rb-1")).text
    assert (await browser.post("/runbooks/rb-1/publish")).headers["location"].endswith("/runbooks/RB-1")
    page = (await browser.get("/runbooks/RB-1")).text
    assert "Dump the ledger" in page
    assert "A-2 FS+15" in page
    assert "T+4h" in page
    assert "RB-1" in (await browser.get("/runbooks")).text
    renamed = await browser.post("/runbooks/RB-1/edit", data={"title": "Ledger night", "description": ""})
    assert renamed.status_code == 303
    assert "Ledger night" in (await browser.get("/runbooks/RB-1?version=1")).text
    assert (await browser.post("/runbooks/RB-1/publish")).status_code == 409


async def test_a_runbook_that_does_not_exist_is_404(
    api: httpx2.AsyncClient, browser: httpx2.AsyncClient
) -> None:
    for client, path in (
        (api, "/runbooks/RB-9"), (api, "/runbooks/RB-9/versions"), (browser, "/runbooks/RB-9"),
        (browser, "/runbooks/a%00b"),
    ):  # fmt: skip
        assert (await client.get(path)).status_code == 404, path
