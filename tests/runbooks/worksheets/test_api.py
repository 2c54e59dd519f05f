"""Worksheets over the API: upload, dry run, mapping, application; what is wrong is told row by row."""

import httpx2

from tests.runbooks import factories


async def upload(api: httpx2.AsyncClient, text: str = factories.CHAIN, **more: str) -> httpx2.Response:
    files = {"file": ("plan.csv", text.encode(), "text/csv")}
    return await api.post("/runbook-imports", files=files, data=more)


async def test_a_worksheet_becomes_a_published_runbook(api: httpx2.AsyncClient) -> None:
    answer = await upload(api, title="Ledger night")
    kept = answer.json()["data"]
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert (kept["is_clean"], kept["steps"], kept["links"], kept["created"]) == (
        True,
        4,
        3,
        ["A-1", "A-2", "A-3", "A-4"],
    )
    assert {each["field"]: each["position"] for each in kept["columns"]}["duration"] == 3
    assert (await api.get(f"/runbook-imports/{kept['id']}")).json()["data"] == kept
    applied = await api.post(f"/runbook-imports/{kept['id']}/applications")
    runbook = applied.json()["data"]
    assert (runbook["title"], runbook["latest_state"], runbook["step_count"]) == ("Ledger night", "DRAFT", 4)
    published = await api.post(f"/runbooks/{runbook['key']}/versions")
    assert (published.status_code, published.json()["data"]["state"]) == (201, "PUBLISHED")
    again = await api.post(f"/runbooks/{runbook['key']}/versions")
    assert (again.status_code, again.json()["error"]["obstacles"][0]["code"]) == (409, "draft.missing")
    steps = (await api.get(f"/runbooks/{runbook['id']}/versions/1/steps")).json()["data"]
    assert [each["code"] for each in steps] == ["A-1", "A-2", "A-3", "A-4"]
    assert [
        each["number"] for each in (await api.get(f"/runbooks/{runbook['key']}/versions")).json()["data"]
    ] == [1]
    assert (await api.get(f"/runbooks/{runbook['key']}/versions/2")).status_code == 404


async def test_a_wrong_worksheet_is_refused_row_by_row_and_nothing_is_applied(
    api: httpx2.AsyncClient,
) -> None:
    kept = (await upload(api, "Code,Title,Duration\nA,a,soon\nA,b,5\n")).json()["data"]
    assert [(each["row"], each["column"], each["severity"]) for each in kept["problems"]] == [
        (2, "Duration", "error"), (3, "Code", "error"),
    ]  # fmt: skip
    refused = await api.post(f"/runbook-imports/{kept['id']}/applications")
    assert refused.status_code == 400
    assert [each["field"] for each in refused.json()["error"]["details"]] == [
        "Row 2, column C (Duration)", "Row 3, column A (Code)",
    ]  # fmt: skip
    assert (await api.get("/runbooks")).json()["meta"]["total"] == 0
    broken = await upload(api, "PK\x03\x04")
    assert (broken.status_code, broken.json()["error"]["details"][0]["field"]) == (400, "file")


async def test_columns_are_mapped_by_patch_under_the_etag(api: httpx2.AsyncClient) -> None:
    kept = (await upload(api, "Foo,Bar\nA,first\n")).json()["data"]
    path, change = f"/runbook-imports/{kept['id']}", {"columns": {"code": 0, "title": 1}}
    stale = await api.patch(path, json=change, headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    done = await api.patch(path, json=change, headers={"If-Match": '"1"'})
    assert (done.status_code, done.json()["data"]["is_clean"], done.headers["etag"]) == (200, True, '"2"')
    assert (await api.patch(path, json={"zone": "Mars/Base"})).status_code == 400


async def test_an_import_that_does_not_exist_is_404(api: httpx2.AsyncClient) -> None:
    path = "/runbook-imports/01a1f8d9-f4bd-7f95-9c7c-0644f6775a92"
    assert (await api.get(path)).status_code == 404
    assert (await api.post(f"{path}/applications")).status_code == 404
    assert (await upload(api, runbook="RB-9")).status_code == 404


async def test_what_a_second_worksheet_would_change_is_told_by_code(api: httpx2.AsyncClient) -> None:
    kept = (await upload(api)).json()["data"]
    await api.post(f"/runbook-imports/{kept['id']}/applications")
    second = "Code,Title,Phase,Duration\na-1,Freeze the ledger,Freeze,30\nA-9,New,Load,5\n"
    again = (await upload(api, second, runbook="rb-1")).json()["data"]
    told = {name: again[name] for name in ("runbook_key", "created", "changed", "removed", "unchanged")}
    assert told == {
        "runbook_key": "RB-1", "created": ["A-9"], "changed": [], "removed": ["A-2", "A-3", "A-4"],
        "unchanged": 1,
    }  # fmt: skip
