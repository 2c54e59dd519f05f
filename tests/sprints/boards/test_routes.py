"""Pages and API on the real apps: the wizard through the worker, the twins, refusals and files."""

import csv
import html
import io
import json
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from cutwater.kernel.actor import Actor
from cutwater.kernel.ids import new_id
from tests.serving import Served

CSV = (
    b"Issue key,Issue id,Summary,Status,Status Category,Story Points,Team,Assignee\n"
    b"PAY-1,1,Post & interest,Open,To Do,3,Ledger,Kim\n"
    b"PAY-2,2,=Two,Done,Done,5,Ledger,\n"
    b"PAY-3,3,Three,Open,To Do,,,\n"
)


class Desk:
    """Harbour Bank on a database of its own, with the API and the browser of somebody in it."""

    def __init__(self, served: Served, api: httpx2.AsyncClient, browser: httpx2.AsyncClient) -> None:
        self.served, self.api, self.browser = served, api, browser

    async def page(self, path: str, **headers: str) -> httpx2.Response:
        """A page as whose browser it is."""
        return await self.browser.get(path, headers=headers)

    async def work(self) -> None:
        """Let a worker do what is queued."""
        await self.served.work()

    async def upload(self, content: bytes = CSV, name: str = "issues.csv") -> dict[str, Any]:
        """Upload a file, let it be read, and give the import."""
        answer = await self.api.post("/imports", files=[("files", (name, content))])
        assert answer.status_code == 202, answer.text
        await self.work()
        found = await self.api.get(f"/imports/{answer.json()['data']['key']}")
        return dict(found.json()["data"])

    async def imported(self, content: bytes = CSV) -> dict[str, Any]:
        """The whole wizard, into a new sprint."""
        run = await self.upload(content)
        answer = await self.api.post(
            f"/imports/{run['key']}/confirmation", json=run["mapping"] | {"new_sprint": "Alpha"}
        )
        assert answer.status_code == 202, answer.text
        await self.work()
        return dict((await self.api.get(f"/imports/{run['key']}")).json()["data"])


@pytest.fixture
async def desk(served: Served, boss: Actor) -> AsyncIterator[Desk]:
    async with await served.program(boss) as api, await served.browser(boss) as browser:
        yield Desk(served, api, browser)


async def test_the_wizard_reads_shows_and_applies(desk: Desk) -> None:
    run = await desk.upload()
    assert (run["state"], run["contents"]) == (
        "REVIEW",
        [{"file": "issues.csv", "content": "issues", "rows": 3}],
    )
    assert (run["mapping"]["points"], run["mapping"]["discipline"]) == ("Story Points", "Team")
    assert "1 of 3 issues have no team" in [gap["text"] for gap in run["coverage"]]
    page = await desk.page(f"/sprints/import/{run['key']}")
    for words in (
        "Waits for confirmation",
        "Which field is what",
        "1 of 3 issues have no team",
        "New sprint",
    ):
        assert words in page.text
    done = await desk.imported()
    assert done["state"] == "APPLIED"
    assert done["counts"]["issues_created"] == 3
    page = await desk.page(f"/sprints/import/{done['key']}")
    assert "New issues" in page.text
    assert "Open SPR-1" in page.text
    assert "IMP-1" in (await desk.page("/sprints/imports")).text


async def test_a_broken_upload_fails_with_file_row_and_field_and_nothing_is_applied(desk: Desk) -> None:
    run = await desk.upload(b"Issue key,Summary,Story Points\nPAY-1,x,many\n")
    assert [
        (item["severity"], item["places"][0]["row"]) for item in run["oddities"] if item["code"] == "number"
    ] == [("ERROR", 2)]
    answer = await desk.api.post(f"/imports/{run['key']}/confirmation", json=run["mapping"])
    assert answer.status_code == 202
    await desk.work()
    failed = (await desk.api.get(f"/imports/{run['key']}")).json()["data"]
    assert failed["state"] == "FAILED"
    assert failed["failure"].startswith("issues.csv, row 2, field Story Points: “many” is not a number.")
    assert (await desk.api.get("/issues")).json()["meta"]["total"] == 0
    cut = await desk.upload(b'[{"id": "1", "key": "A', "half.json")
    assert cut["state"] == "FAILED"
    assert "half.json, row 1: the JSON is cut off" in cut["failure"]
    assert cut["failure"] in (await desk.page(f"/sprints/import/{cut['key']}")).text.replace("&#34;", '"')


async def test_the_sprint_page_and_its_twin_say_the_same(desk: Desk) -> None:
    await desk.imported()
    data = (await desk.api.get("/sprints/SPR-1/analysis")).json()["data"]
    assert (data["total"]["issues"], data["total"]["points"], data["total"]["average"]) == (3, 8, 4)
    team = data["lines"]["team"][0]
    assert (team["label"], team["query"]) == ("Ledger", "sprint:SPR-1 -is:subtask team:Ledger")
    opened = await desk.api.get("/issues", params={"q": team["query"]})
    assert opened.json()["meta"]["total"] == team["tally"]["issues"]
    page = await desk.page("/sprints/SPR-1")
    assert page.status_code == 200
    for words in (
        "Read this before the figures",
        "1 of 3 issues have no team",
        "on 2 estimated issues",
        "<svg",
    ):
        assert words in page.text
    block = await desk.page("/sprints/SPR-1?by=assignee", **{"HX-Request-Type": "partial"})
    assert block.text.lstrip().startswith('<section id="breakdown"')
    assert "Kim" in block.text


async def test_every_number_on_the_sprint_pages_opens_as_many_issues(desk: Desk) -> None:
    await desk.imported(CSV + b"PAY-4,4,Four,Open,To Do,-1,,\n")
    counted = r'data-label="(?:Issues|Estimated|Blocked)"[^>]*>\s*<a href="([^"]+)">([\d,]+)</a>'
    by_whom = r'<a\s+href="([^"]+owner%3Anone[^"]*)"\s*>(\d+)(?: issues)?\s*</a>'
    found: list[tuple[str, str]] = []
    for path in ("/sprints", "/sprints/SPR-1", "/sprints/SPR-1?by=stakeholder"):
        page = (await desk.page(path)).text
        found += re.findall(counted, page) + re.findall(by_whom, page)
        found += re.findall(r'<a\s+href="([^"]+)"\s*>(\d+) of \d+ (?:open )?issues', page)
    assert len(found) > 20
    for address, number in found:
        words = parse_qs(urlsplit(html.unescape(address)).query)["q"][0]
        answer = await desk.api.get("/issues", params={"q": words, "per_page": 1})
        assert answer.json()["meta"]["total"] == int(number), words


async def test_a_page_that_has_seen_this_state_of_an_import_keeps_its_progress(desk: Desk) -> None:
    answer = await desk.api.post("/imports", files=[("files", ("issues.csv", CSV))])
    path = f"/sprints/import/{answer.json()['data']['key']}"
    whole = await desk.page(path)
    assert f"{path}?seen=READING" in whole.text
    assert "/work/" in whole.text
    block = {"HX-Request-Type": "partial"}
    assert (await desk.page(f"{path}?seen=READING", **block)).status_code == 204
    await desk.work()
    assert "Which field is what" in (await desk.page(f"{path}?seen=READING", **block)).text


async def test_every_page_answers(desk: Desk) -> None:
    await desk.imported()
    site = (await desk.api.get("/sites")).json()["data"][0]["id"]
    for path in (
        "/sprints", "/sprints?state=PLANNING&q=alpha&sort=-name", "/sprints?state=nonsense&site=nonsense",
        "/sprints?q=nothing", "/sprints/new", "/sprints/SPR-1/edit", "/sprints/import", "/sprints/summary",
        "/sprints/panel?issues=PAY-1,NO-9", "/sprints/panel", "/sprints/sites", f"/sprints/sites/{site}",
        "/issues", "/issues?q=is:open&sort=points", "/issues?q=colour:red", "/issues?q=nothing",
        "/issues/new",
        "/issues/PAY-1", "/issues/PAY-1/edit", "/sprints/SPR-1?subtasks=true&by=status",
    ):  # fmt: skip
        answer = await desk.page(path)
        assert answer.status_code == 200, (path, answer.text[:300])
    assert "colour: is not a field" in (await desk.page("/issues?q=colour:red")).text
    assert "Not imported: NO-9" in (await desk.page("/sprints/panel?issues=PAY-1,NO-9")).text
    for path in (
        "/sprints/SPR-404",
        "/issues/NO-1",
        "/sprints/import/IMP-404",
        f"/sprints/sites/{new_id()}",
    ):
        assert (await desk.page(path)).status_code == 404, path


async def test_a_viewer_sees_everything_and_each_button_says_why_not(
    desk: Desk, people: dict[str, Actor]
) -> None:
    await desk.imported()
    desk.browser = await desk.served.browser(people["VIEWER"])
    page = await desk.page("/sprints/SPR-1")
    assert page.status_code == 200
    assert "Your role (viewer) does not allow you to" in page.text
    assert (await desk.page("/sprints/new")).status_code == 403
    assert (await desk.page("/issues/new")).status_code == 403


async def test_titles_are_escaped_and_exports_are_harmless(desk: Desk) -> None:
    await desk.imported()
    page = await desk.page("/issues")
    assert "Post &amp; interest" in page.text
    answer = await desk.page("/issues/export.csv?q=is:done")
    assert answer.headers["content-disposition"].endswith('.csv"')
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["Key"], row["Title"], row["Sprint"]) for row in rows] == [("PAY-2", "'=Two", "SPR-1")]
    book = await desk.page("/issues/export.xlsx")
    assert book.content.startswith(b"PK")
    assert (await desk.page("/issues/export.exe")).status_code in (400, 404)


async def test_native_sprints_and_issues_over_the_api(desk: Desk) -> None:
    api = desk.api
    made = await api.post(
        "/sprints", json={"name": "Harbour 1", "starts_on": "2026-11-09", "ends_on": "2026-11-20"}
    )
    assert (made.status_code, made.json()["data"]["key"]) == (201, "SPR-1")
    issue = await api.post(
        "/issues", json={"title": "One", "points": 2.5, "sprint": "SPR-1", "labels": ["a"]}
    )
    assert issue.status_code == 201, issue.text
    key, tag = issue.json()["data"]["key"], issue.headers["etag"]
    changed = await api.put(
        f"/issues/{key}", json={"title": "Two", "status": "Done"}, headers={"If-Match": tag}
    )
    assert changed.json()["data"]["status_category"] == "DONE"
    stale = await api.put(f"/issues/{key}", json={"title": "Three"}, headers={"If-Match": tag})
    assert stale.status_code == 412
    whole = (await api.get(f"/issues/{key}")).json()["data"]
    assert (whole["sprints"], whole["links"]) == (["SPR-1"], [])
    assert {change["field"] for change in whole["changes"]} == {"title", "status", "points", "labels"}
    moved = await api.post("/sprints/SPR-1/moves", json={"target": "ACTIVE"})
    assert moved.json()["data"]["state"] == "ACTIVE"
    refused = await api.post("/sprints/SPR-1/moves", json={"target": "ACTIVE"})
    assert (refused.status_code, refused.json()["error"]["obstacles"][0]["code"]) == (409, "sprint.move")
    assert (await api.delete(f"/sprints/SPR-1/issues/{key}")).status_code == 204
    joined = await api.post("/sprints/SPR-1/issues", json={"issues": [key]})
    assert joined.json()["meta"]["joined"] == 1
    renamed = await api.put("/sprints/SPR-1", json={"name": "Harbour one"})
    assert renamed.json()["data"]["name"] == "Harbour one"
    assert (await api.delete("/sprints/SPR-1")).status_code == 409
    await api.delete(f"/sprints/SPR-1/issues/{key}")
    assert (await api.delete(f"/issues/{key}")).status_code == 204
    assert (await api.delete("/sprints/SPR-1")).status_code == 204
    assert (await api.get("/sprints")).json()["meta"]["total"] == 0


async def test_sites_and_mappings_over_the_api(desk: Desk) -> None:
    run = await desk.imported()
    api, site = desk.api, run["site_id"]
    added = await api.post(
        "/sites", json={"name": "Jira", "kind": "JIRA_CLOUD", "url": "https://x.atlassian.net"}
    )
    assert added.status_code == 201
    path = f"/sites/{added.json()['data']['id']}"
    assert (await api.patch(path, json={"name": "Jira two"})).json()["data"]["revision"] == 2
    assert (await api.get(path)).json()["data"]["name"] == "Jira two"
    mapped = await api.put(
        f"/field-mappings/{site}", json={"points": "Story Points", "priority_scale": {"High": 70}}
    )
    assert mapped.json()["data"]["priority_scale"] == {"High": 70}
    await desk.work()
    teams = (await api.get("/issues", params={"q": "-team:none"})).json()["meta"]["total"]
    assert teams == 0
    assert len((await api.get("/field-mappings")).json()["data"]) == 1


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("GET", "/issues?q=is:purple", None, "q"),
        ("POST", "/issues", {"title": ""}, "title"),
        ("POST", "/issues", {"title": "x", "points": -1}, "points"),
        ("POST", "/issues", {"title": "x\u0000"}, "title"),
        ("POST", "/sprints", {"name": "x", "starts_on": "tomorrow"}, "starts_on"),
        ("POST", "/sites", {"name": "x", "kind": "NATIVE"}, "kind"),
        ("GET", "/sprints?sort=drop table", None, "sort"),
    ],
)
async def test_bad_requests_name_their_field(
    desk: Desk, method: str, path: str, body: Any, field: str
) -> None:
    answer = await desk.api.request(method, path, content=json.dumps(body) if body else None,
                                     headers={"Content-Type": "application/json"})  # fmt: skip
    assert answer.status_code == 400, answer.text
    assert field in [each["field"] for each in answer.json()["error"]["details"]]


async def test_an_import_can_be_discarded_over_the_api(desk: Desk) -> None:
    run = await desk.upload()
    answer = await desk.api.post(f"/imports/{run['key']}/discard")
    assert answer.json()["data"]["state"] == "DISCARDED"
    assert (await desk.api.get("/imports")).json()["meta"]["total"] == 1
    missing = await desk.api.post("/imports", files=[("files", ("x", b"[]"))], data={"site": str(new_id())})
    assert missing.status_code == 404


@pytest.mark.parametrize("path", ["/sprints/spr-1", "/issues/pay-1", "/imports/imp-1"])
async def test_a_key_in_any_case_or_the_id_is_the_same_row_in_the_api(desk: Desk, path: str) -> None:
    await desk.imported()
    row = (await desk.api.get(path)).json()["data"]
    assert row["key"] == path.rpartition("/")[2].upper()
    by_id = await desk.api.get(f"{path.rpartition('/')[0]}/{row['id']}")
    assert by_id.json()["data"] == row


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/sprints/spr-1", "SPR-1"),
        ("/sprints/spr-1/edit", "Alpha"),
        ("/sprints/panel?issues=pay-1,no-9", "Not imported: NO-9"),
        ("/issues/pay-1", "PAY-1"),
        ("/sprints/import/imp-1", "IMP-1"),
        ("/issues?q=key:pay-1", "PAY-1"),
    ],
)
async def test_a_key_in_any_case_is_the_same_row_on_pages(desk: Desk, path: str, words: str) -> None:
    await desk.imported()
    page = await desk.page(path)
    assert page.status_code == 200
    assert words in page.text


async def test_a_site_says_how_much_is_in_it_also_after_a_change(desk: Desk) -> None:
    run = await desk.imported()
    changed = await desk.api.patch(f"/sites/{run['site_id']}", json={"name": "Sheets"})
    assert (changed.json()["data"]["name"], changed.json()["data"]["issues"]) == ("Sheets", 3)


@pytest.mark.parametrize("path", ["/sprints", "/sprints/SPR-1", "/issues"])
async def test_a_block_that_is_swapped_alone_is_what_the_page_shows(desk: Desk, path: str) -> None:
    await desk.imported()
    block = (await desk.page(path, **{"HX-Request-Type": "partial"})).text.strip()
    assert block.startswith("<section")
    assert "<html" not in block
    assert "</table>" in block
    assert "</table>" in (await desk.page(path)).text
