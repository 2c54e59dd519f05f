"""Organizations over the API."""

from cutwater.kernel.ids import new_id
from tests.identity.clients import Bank


async def test_an_organization_is_founded_once_by_one_key(bank: Bank) -> None:
    made, clients = bank
    name = f"Daughter {new_id().hex[-8:]}"
    headers = {"idempotency-key": new_id().hex}
    first = await clients["OWNER"].ask("POST", "/organizations", {"name": name}, **headers)
    again = await clients["OWNER"].ask("POST", "/organizations", {"name": name}, **headers)
    assert first.status == again.status == 201
    assert first.json == again.json
    assert again.headers["idempotency-replayed"] == "true"
    listed = await clients["OWNER"].ask("GET", "/organizations")
    assert {row["slug"] for row in listed.json["data"]} == {
        made["OWNER"].organization,
        first.json["data"]["slug"],
    }
    assert {row["role"] for row in listed.json["data"]} == {"OWNER"}


async def test_the_organization_is_read_renamed_and_deleted(bank: Bank) -> None:
    made, clients = bank
    slug = made["OWNER"].organization
    seen = await clients["VIEWER"].ask("GET", "/organization")
    assert (seen.json["data"]["slug"], seen.headers["etag"]) == (made["OWNER"].organization, '"1"')
    renamed = await clients["ADMIN"].ask(
        "PATCH", "/organization", {"name": "Renamed", "zone": "Europe/Paris"}
    )
    assert (renamed.status, renamed.json["data"]["name"]) == (200, "Renamed")
    unchanged = await clients["ADMIN"].ask("PATCH", "/organization", {"name": "Renamed"})
    assert unchanged.headers["etag"] == '"2"'
    assert (await clients["OWNER"].ask("DELETE", "/organization?confirm=no")).status == 400
    assert (await clients["OWNER"].ask("DELETE", f"/organization?confirm={slug}")).status == 204
    assert (await clients["VIEWER"].ask("GET", "/organization")).status == 401
