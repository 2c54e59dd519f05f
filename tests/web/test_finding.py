"""What search finds for whom: a kind that no module declared stays with those who read everything."""

import pytest

from cutwater.kernel import search
from cutwater.kernel.ids import new_id
from tests import world
from tests.serving import Served

SECRET, RELEASE = "Q-1", "R-901"


@pytest.mark.parametrize(
    ("role", "found"),
    [
        ("OWNER", {SECRET, RELEASE}),
        ("MANAGER", {SECRET, RELEASE}),
        (world.AUDITOR, {SECRET, RELEASE}),
        ("MEMBER", {RELEASE}),
        ("VIEWER", {RELEASE}),
    ],
)
async def test_an_undeclared_kind_is_hidden(served: Served, role: str, found: set[str]) -> None:
    people = await world.people_in(served.database, role)
    async with served.database.tx(people["OWNER"]) as tx:
        for kind, key in (("quarrel", SECRET), ("release", RELEASE)):
            await search.put(tx, kind=kind, id=new_id(), key=key, title="Anchor", path=f"/{key}")
    async with await served.program(people[role]) as client:
        answer = await client.get("/search", params={"q": "anchor"})
    assert answer.status_code == 200, answer.text
    assert {hit["key"] for hit in answer.json()["data"]} == found
