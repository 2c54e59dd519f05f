"""Teams over the API."""

from cutwater.kernel.ids import new_id
from tests.identity.clients import Bank


async def test_a_team_by_api(bank: Bank) -> None:
    made, clients = bank
    owner, member = clients["OWNER"], str(made["MEMBER"].user_id)
    created = await owner.ask("POST", "/teams", {"name": "Core ledger", "kind": "delivery"})
    assert (created.status, created.json["data"]["slug"], created.headers["etag"]) == (
        201,
        "core-ledger",
        '"1"',
    )
    assert (await owner.ask("POST", "/teams", {"name": "X", "slug": "core-ledger"})).status == 400
    assert (await owner.ask("POST", "/teams", {"name": "X", "kind": "choir"})).status == 400
    by_id = await owner.ask("GET", f"/teams/{created.json['data']['id']}")
    assert by_id.json["data"] == (await owner.ask("GET", "/teams/core-ledger")).json["data"]
    added = await owner.ask("POST", "/teams/core-ledger/members", {"user_id": member, "is_lead": True})
    assert (added.status, added.json["data"]["is_lead"]) == (201, True)
    assert (await owner.ask("POST", "/teams/core-ledger/members", {"user_id": member})).status == 409
    stranger = await owner.ask("POST", "/teams/core-ledger/members", {"user_id": str(new_id())})
    assert stranger.status == 404
    plain = await owner.ask("PATCH", f"/teams/core-ledger/members/{member}", {"is_lead": False})
    assert plain.json["data"]["is_lead"] is False
    seen = await clients["MEMBER"].ask("GET", "/teams/core-ledger/members")
    assert [row["id"] for row in seen.json["data"]] == [member]
    assert (await clients["MEMBER"].ask("GET", "/teams")).json["data"][0]["members"] == 1
    changed = await owner.ask("PATCH", "/teams/core-ledger", {"description": "Books"}, **{"if-match": '"1"'})
    assert (changed.json["data"]["description"], changed.json["data"]["revision"]) == ("Books", 2)
    same = await owner.ask("PATCH", "/teams/core-ledger", {"description": "Books"})
    assert same.json["data"]["revision"] == 2
    assert (await owner.ask("DELETE", "/teams/core-ledger", **{"if-match": '"1"'})).status == 412
    assert (await owner.ask("DELETE", f"/teams/core-ledger/members/{member}")).status == 204
    assert (await owner.ask("DELETE", f"/teams/core-ledger/members/{member}")).status == 404
    assert (await owner.ask("DELETE", "/teams/core-ledger")).status == 204
    assert (await owner.ask("GET", "/teams/core-ledger")).status == 404


async def test_a_team_is_found_by_its_slug_in_any_case(bank: Bank) -> None:
    _, clients = bank
    owner = clients["OWNER"]
    await owner.ask("POST", "/teams", {"name": "DBA", "slug": "dba"})
    seen = await owner.ask("GET", "/teams/DBA")
    assert (seen.status, seen.json["data"]["slug"]) == (200, "dba")
    changed = await owner.ask("PATCH", "/teams/Dba", {"name": "Databases"})
    assert (changed.status, changed.json["data"]["name"]) == (200, "Databases")
    assert (await owner.ask("DELETE", "/teams/DBA")).status == 204


async def test_who_changed_a_team_meanwhile_is_named(bank: Bank) -> None:
    made, clients = bank
    await clients["OWNER"].ask("POST", "/teams", {"name": "DBA"})
    await clients["ADMIN"].ask("PATCH", "/teams/dba", {"name": "Databases", "description": "Ours"})
    member = str(made["MEMBER"].user_id)
    await clients["OWNER"].ask("POST", "/teams/dba/members", {"user_id": member})
    stale = await clients["OWNER"].ask("PATCH", "/teams/dba", {"name": "Mine"}, **{"if-match": '"1"'})
    assert stale.status == 412
    said = stale.json["error"]["message"]
    assert "Admin Person changed it since you looked: changed the team's name and description" in said
