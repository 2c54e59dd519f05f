"""Broken files through pages and API of both importers: plain words, never a 500, nothing applied."""

import re
import time
from typing import Any

import httpx2
import pytest

from tests.faults.corpus import CORPUS, Broken
from tests.faults.people import Person
from tests.serving import Cutwater

MEGABYTE = 1_048_576
TABLES = (
    "issue", "sprint", "issue_change", "sprint_membership", "project", "issue_status", "runbook",
    "runbook_version", "runbook_step", "runbook_link", "runbook_phase", "search_entry",
)  # fmt: skip
COUNTS = " union all ".join(f"select '{table}', count(*) from {table}" for table in TABLES)
each_file = pytest.mark.parametrize("file", CORPUS.values(), ids=CORPUS.keys())


@pytest.fixture(autouse=True)
def nothing_is_applied(served: Cutwater, ada: Person) -> Any:
    """Every table has exactly the rows it had, and nobody is left with a crash."""
    before, said = sorted(served.query(COUNTS)), len(served.said)
    yield
    assert sorted(served.query(COUNTS)) == before
    assert "Traceback" not in served.said[said:]


def messages(answer: httpx2.Response) -> str:
    """What an API refusal says, with its fields."""
    error = answer.json()["error"]
    return " ".join([error["message"], *(f"{each['field']}: {each['message']}" for each in error["details"])])


def ended(ada: Person, key: str) -> Any:
    """An import once it is read or applied."""
    deadline = time.monotonic() + 60
    while (run := ada.get(f"/imports/{key}"))["state"] in ("READING", "APPLYING"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return run


@each_file
def test_a_broken_file_of_issues_fails_with_file_row_and_field(ada: Person, file: Broken) -> None:
    started = ada.api.post("/imports", files={"files": (file.name, file.content)})
    if started.status_code == 400:
        assert file.sprints is not None
        assert re.search(file.sprints, messages(started)), messages(started)
        return
    assert started.status_code == 202, started.text
    run = ended(ada, started.json()["data"]["key"])
    if file.sprints is None:
        assert run["state"] == "REVIEW", run["failure"]
        ada.post(f"/imports/{run['key']}/discard")
        return
    if run["state"] == "REVIEW":
        ada.post(f"/imports/{run['key']}/confirmation", run["mapping"])
        run = ended(ada, run["key"])
    assert run["state"] == "FAILED"
    assert re.search(file.sprints, run["failure"]), run["failure"]
    page = ada.browser.get(f"/o/{ada.organization}/sprints/import/{run['key']}")
    assert page.status_code == 200
    assert file.name in page.text


@each_file
def test_a_broken_worksheet_is_refused_with_row_and_column(ada: Person, file: Broken) -> None:
    answer = ada.api.post("/runbook-imports", files={"file": (file.name, file.content)})
    if answer.status_code == 201:
        kept = answer.json()["data"]
        assert kept["is_clean"] is (file.runbooks is None), kept["problems"]
        if file.runbooks is None:
            return
        answer = ada.api.post(f"/runbook-imports/{kept['id']}/applications")
    assert answer.status_code == 400, answer.text
    assert file.runbooks is not None
    assert re.search(file.runbooks, messages(answer)), messages(answer)


@each_file
def test_the_pages_say_it_too(ada: Person, file: Broken) -> None:
    for path, field in (("/sprints/import", "files"), ("/runbooks/import", "file")):
        page = f"/o/{ada.organization}{path}"
        given = {field: (file.name, file.content)}
        answer = ada.browser.post(page, data={"_csrf": ada.csrf(page)}, files=given)
        assert answer.status_code in (303, 400), answer.text[-2000:]
        if answer.status_code == 303:
            answer = ada.browser.get(answer.headers["location"])
            assert answer.status_code == 200
        assert file.name in answer.text or "file" in answer.text


@pytest.mark.parametrize(
    ("path", "field", "limit"), [("/imports", "files", 50), ("/runbook-imports", "file", 20)]
)
def test_a_file_of_51_mb_is_too_large_and_says_so(ada: Person, path: str, field: str, limit: int) -> None:
    content = b"Issue key,Summary\n" + b"PAY-1,a\n" * (51 * MEGABYTE // 8)
    answer = ada.api.post(path, files={field: ("huge.csv", content)})
    assert answer.status_code == 413
    assert f"larger than {limit} MB" in messages(answer)
    page = f"/o/{ada.organization}{'/sprints/import' if field == 'files' else '/runbooks/import'}"
    shown = ada.browser.post(page, data={"_csrf": ada.csrf(page)}, files={field: ("huge.csv", content)})
    assert shown.status_code == 413
    assert f"larger than {limit} MB" in shown.text


@pytest.mark.parametrize("path", ["/imports", "/runbook-imports"])
@pytest.mark.parametrize("disposition", ["", '; filename=""', '; filename="\x00.csv"'])
def test_a_part_without_a_usable_name_is_no_crash(ada: Person, path: str, disposition: str) -> None:
    field = "files" if path == "/imports" else "file"
    head = f'--b\r\nContent-Disposition: form-data; name="{field}"{disposition}\r\n\r\n'
    body = head + "Colour\nred\n\r\n--b--\r\n"
    answer = ada.api.post(
        path, content=body.encode(), headers={"Content-Type": "multipart/form-data; boundary=b"}
    )
    if answer.status_code == 202:
        run = ended(ada, answer.json()["data"]["key"])
        assert (run["state"], "Issue key" in run["failure"]) == ("FAILED", True)
    elif answer.status_code == 201:
        assert answer.json()["data"]["is_clean"] is False
    else:
        assert answer.status_code == 400, answer.text
        assert messages(answer)


@pytest.mark.parametrize("path", ["/imports", "/runbook-imports"])
@pytest.mark.parametrize("body", [b"", b"--b\r\nContent-Disposition: form-da", b"nothing of the kind"])
def test_a_form_that_is_cut_off_is_refused(ada: Person, path: str, body: bytes) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = ada.api.post(path, content=body, headers=headers)
    assert answer.status_code == 400, answer.text
    assert messages(answer)
