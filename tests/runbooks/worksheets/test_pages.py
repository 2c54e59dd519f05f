"""The import wizard: what is wrong is shown before anything is changed, and nothing typed is lost."""

from typing import Any

import httpx2
import pytest


async def test_the_wizard_shows_findings_and_takes_another_mapping(browser: httpx2.AsyncClient) -> None:
    files = {"file": ("odd.csv", b"Foo,Title,Duration\nA,first,soon\n", "text/csv")}
    kept = await browser.post("/runbooks/import", files=files, data={})
    path = f"http://localhost{kept.headers['location']}"
    page = (await browser.get(path)).text
    assert "No column for the step&#39;s code was recognised" in page
    assert "/apply" not in page
    again = await browser.post(f"{path}/mapping", data={"column_code": "0", "revision": "1", "zone": "UTC"})
    assert again.status_code == 303
    page = (await browser.get(path)).text
    assert "Row 2, column C (Duration)" in page
    assert "“soon” is not a duration." in page
    refused = await browser.post(f"{path}/apply", data={"revision": "2"})
    assert refused.status_code == 400
    assert "“soon” is not a duration." in refused.text
    stale = await browser.post(f"{path}/mapping", data={"column_code": "0", "revision": "1", "zone": "UTC"})
    assert stale.status_code == 409


@pytest.mark.parametrize(
    ("files", "data", "words"),
    [
        ({}, {}, "Choose a file"),
        ({"file": ("x.zip", b"PK\x03\x04", "application/zip")}, {}, "cut off or damaged"),
        ({"file": ("x.csv", b"Code,Title\nA,a\n", "text/csv")}, {"zone": "Mars/Base"}, "Choose a time zone"),
        ({"file": ("x.csv", b"Code,Title\nA,a\n", "text/csv")}, {"party": "1"}, "out of date"),
    ],
)
async def test_a_bad_upload_keeps_the_form_and_says_why(
    browser: httpx2.AsyncClient, files: Any, data: dict[str, str], words: str
) -> None:
    answer = await browser.post("/runbooks/import", files=files or None, data=data)
    assert answer.status_code == 400
    assert words in answer.text
    assert 'name="file"' in answer.text
