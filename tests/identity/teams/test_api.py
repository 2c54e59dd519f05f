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
